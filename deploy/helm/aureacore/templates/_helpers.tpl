{{- define "aureacore.labels" -}}
app.kubernetes.io/name: aureacore
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
{{- define "aureacore.selector" -}}
app.kubernetes.io/name: aureacore
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- define "aureacore.scheme" -}}
{{ ternary "HTTPS" "HTTP" (hasKey .Values.config "tls") }}
{{- end -}}
