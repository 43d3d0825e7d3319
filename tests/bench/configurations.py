# SPDX-License-Identifier: GPL-3.0-or-later
"""What nginx and Portlight run: one notation, the same text for both."""

SERVERS_MANY = 10_000
GROUP_PEERS = 8
CHECKED_PEERS = 100

# Portlight keeps backend connections alive like nginx, which needs Connection to be empty for that.
FORWARDED_FIELDS = """
    proxy_set_header Host $http_host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
"""


def peers(count, port):
    """Addresses of one origin, which listens on that many of the loopback network."""
    return [f"127.0.0.{number}:{port}" for number in range(1, count + 1)]


def http_block(origin_port, extra, inner, peer_count=1):
    servers = "".join(f"        server {peer};\n" for peer in peers(peer_count, origin_port))
    return f"""http {{
    access_log off;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
{extra}
    upstream origin {{
{servers}        keepalive 512;
        keepalive_requests 1000000000;
    }}
{inner}
}}
"""


def passing_on(peer_count, scheme="http"):
    """One location that passes everything on."""

    def text(port, origin_port, extra=""):
        return http_block(origin_port, extra, f"""
    server {{
        listen 127.0.0.1:{port};
        server_name localhost;
        location / {{
            proxy_pass {scheme}://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
{FORWARDED_FIELDS}
        }}
    }}
""", peer_count)

    return text


def over_tls(port, origin_port, extra=""):
    """Clients come over TLS: the same P-256 certificate and protocols, sessions by ticket and by id."""
    return http_block(origin_port, extra, f"""
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:sessions:10m;
    server {{
        listen 127.0.0.1:{port} ssl;
        server_name localhost;
        location / {{
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
{FORWARDED_FIELDS}
        }}
    }}
""")


def realistic(port, origin_port, extra=""):
    """Two regular expressions to try before the location is found, fields of both directions, and a map."""
    return http_block(origin_port, extra, f"""
    map $http_upgrade $connection_upgrade {{
        default upgrade;
        ""      "";
    }}
    server {{
        listen 127.0.0.1:{port};
        server_name localhost;
        proxy_http_version 1.1;
        proxy_set_header Connection $connection_upgrade;
{FORWARDED_FIELDS}
        add_header X-Frame-Options SAMEORIGIN;
        add_header X-Content-Type-Options nosniff;
        location ~* \\.(?:css|js|png|svg)$ {{
            proxy_pass http://origin;
        }}
        location ~ ^/api/v[0-9]+/ {{
            proxy_pass http://origin;
        }}
        location / {{
            proxy_pass http://origin;
        }}
    }}
""")


def websockets(port, origin_port, extra=""):
    """As nginx's guide has it, and sockets that may be quiet for an hour."""
    return http_block(origin_port, extra, f"""
    map $http_upgrade $connection_upgrade {{
        default upgrade;
        ""      "";
    }}
    server {{
        listen 127.0.0.1:{port};
        server_name localhost;
        location / {{
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_read_timeout 1h;
{FORWARDED_FIELDS}
        }}
    }}
""")


def host_of(number):
    return f"s{number}.test"


def servers_of_ten(count):
    """A configuration of `count` servers, each with ten locations."""

    def text(port, origin_port, extra=""):
        locations = "".join(f"location {path} {{ proxy_pass http://origin; }}\n"
                            for path in ["/"] + [f"/part-{number}/" for number in range(1, 10)])
        servers = "".join(f"server {{\nlisten 127.0.0.1:{port};\nserver_name {host_of(number)};\n{locations}}}\n"
                          for number in range(count))
        return http_block(origin_port, extra, f"""
    server_names_hash_max_size 65536;
    server_names_hash_bucket_size 128;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
{FORWARDED_FIELDS}
{servers}
""")

    return text


def checked(port, origin_port, extra=""):
    """A group that is checked each second; nginx as one gets it cannot."""
    return http_block(origin_port, extra, f"""
    server {{
        listen 127.0.0.1:{port};
        server_name localhost;
        location / {{
            proxy_pass http://origin;
            health_check interval=1s uri=/small;
        }}
    }}
""", CHECKED_PEERS)


TEXTS = {"plain": passing_on(1), "group8": passing_on(GROUP_PEERS), "upstream_tls": passing_on(1, "https"), "tls": over_tls,
         "realistic": realistic, "websockets": websockets, "checked": checked, "one": servers_of_ten(1),
         "many": servers_of_ten(SERVERS_MANY)}
# Those that the other proxies have a counterpart of.
FOR_ALL = {"plain", "group8", "upstream_tls", "websockets"}
# Those that only Portlight runs.
OWN = {"checked"}
# How many backends they have, where it is not one; which of them are asked over TLS.
PEER_COUNTS = {"group8": GROUP_PEERS, "checked": CHECKED_PEERS}
OVER_TLS = {"upstream_tls"}
# Those that clients ask over TLS.
SECURED = {"tls"}
