// nginx and Redis as the yardsticks.
#include <sys/socket.h>

#include <array>
#include <thread>

#include "bench/failure.h"
#include "bench/requests.h"
#include "bench/servers.h"

namespace aureacore::bench {
namespace fs = std::filesystem;
namespace {

// nginx takes no word of its configuration above 4 KiB.
constexpr std::size_t max_word = 4000;
constexpr std::string_view stored_reply = "+OK\r\n";
constexpr std::size_t values_at_once = 256;

// As a double-quoted string of nginx's configuration.
std::string nginx_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string temporary_folders(const fs::path& folder) {
  std::string lines;
  for (const char* const kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    lines += fmt::format("  {}_temp_path {}/{};\n", kind, folder.string(), kind);
  }
  return lines;
}

constexpr std::string_view nginx_configuration = R"(daemon off;
master_process off;
worker_processes 1;
pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{
{temporary}  access_log off;
  keepalive_requests 4000000000;
  keepalive_timeout 3600;
  client_header_buffer_size 4k;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      default_type {type};
{headers}      return 200 {body};
    }}
  }}
}}
)";

void send_all(const Socket& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) give_up_errno("storing values in Redis");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void expect_stored(const Socket& socket, std::size_t count) {
  std::string expected;
  for (std::size_t i = 0; i < count; ++i) expected += stored_reply;
  std::string found(expected.size(), '\0');
  if (::recv(socket.get(), found.data(), found.size(), MSG_WAITALL) < 0) give_up_errno("storing values in Redis");
  if (found != expected) give_up("Redis: expected +OK for each value, found '{}'", found.substr(0, 100));
}

std::string receive_line(const Socket& socket) {
  std::string line;
  while (!line.ends_with("\r\n")) {
    char next = 0;
    if (::recv(socket.get(), &next, 1, 0) != 1) give_up_errno("asking Redis");
    line += next;
  }
  return line;
}

}  // namespace

bool NginxServer::can_hold(std::string_view body) {
  return nginx_string(body).size() <= max_word && body.find('$') == std::string_view::npos;
}

NginxServer::NginxServer(const Settings& settings, std::string_view body,
                         const std::vector<std::pair<std::string, std::string>>& headers, std::string_view content_type)
    : Server("nginx", settings) {
  set_port(free_port());
  std::string lines;
  for (const auto& [name, value] : headers)
    lines += fmt::format("      add_header {} {};\n", name, nginx_string(value));
  write_file(folder() / "nginx.conf",
             fmt::format(fmt::runtime(nginx_configuration), fmt::arg("folder", folder().string()),
                         fmt::arg("temporary", temporary_folders(folder())), fmt::arg("port", port()),
                         fmt::arg("type", nginx_string(content_type)), fmt::arg("headers", lines),
                         fmt::arg("body", nginx_string(body))));
  start({"nginx", "-e", "stderr", "-p", folder(), "-c", folder() / "nginx.conf"}, settings.server_cpus);
  wait_connectable();
  if (HttpClient(port()).get("/").body != body) give_up("nginx answers another body than it was given");
}

RedisServer::RedisServer(const Settings& settings, const std::vector<int>& cpus) : Server("redis-server", settings) {
  set_port(free_port());
  start({"redis-server", "--bind", "127.0.0.1", "--port", std::to_string(port()), "--save", "", "--appendonly", "no",
         "--dir", folder()},
        cpus);
  wait_connectable();
}

void RedisServer::set(const std::vector<std::pair<std::string, std::string>>& values) {
  const Socket socket = connect_loopback(port());
  for (std::size_t begin = 0; begin < values.size(); begin += values_at_once) {
    const std::size_t end = std::min(values.size(), begin + values_at_once);
    std::string commands;
    for (std::size_t i = begin; i < end; ++i) commands += redis_command({"SET", values[i].first, values[i].second});
    send_all(socket, commands);
    expect_stored(socket, end - begin);
  }
}

std::string RedisServer::ask(const std::vector<std::string>& words) const {
  const Socket socket = connect_loopback(port());
  send_all(socket, redis_command({words.begin(), words.end()}));
  const std::string line = receive_line(socket);
  if (!line.starts_with('$')) return line.substr(1);
  std::string text(std::strtoul(line.c_str() + 1, nullptr, 10), '\0');
  if (::recv(socket.get(), text.data(), text.size(), MSG_WAITALL) != static_cast<ssize_t>(text.size())) {
    give_up_errno("asking Redis");
  }
  return text;
}

}  // namespace aureacore::bench
