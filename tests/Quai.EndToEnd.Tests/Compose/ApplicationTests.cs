using System.Globalization;

namespace Quai.EndToEnd.Tests.Compose;

/// <summary>A whole application of Debian's own programs: a database, a cache, workers and a site behind a proxy.</summary>
public sealed class ApplicationTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Debian = "quai-e2e-debian:latest";

    private const string Dockerfile = """
        FROM quai-e2e-debian:latest
        ARG http_proxy https_proxy no_proxy
        RUN apt-get -o Acquire::Retries=3 update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx-light redis-server postgresql && rm -rf /var/lib/apt/lists/*
        """;

    private const string Shop = """
        name: NAME
        include: [storage/compose.yaml]
        x-site: &site
          image: NAME-programs
          pull_policy: never
          restart: unless-stopped
          networks: [front, back]
        services:
          migrate:
            image: NAME-programs
            pull_policy: never
            environment: {PGHOST: db, PGUSER: app}
            secrets: [password]
            command: bash -c 'PGPASSWORD=$$(cat /run/secrets/password) psql -d postgres -qc "create table if not exists visits (at timestamptz default now())" -c "insert into visits default values"'
            networks: [back]
            depends_on: {db: {condition: service_healthy}}
          site:
            <<: *site
            command: [nginx, -g, daemon off;]
            configs: [{source: site, target: /etc/nginx/sites-enabled/default}]
            environment: {EDITION: "EDITION_NUMBER"}
            healthcheck: {test: "bash -c 'exec 3<>/dev/tcp/127.0.0.1/8000'", interval: 500ms, retries: 60}
            deploy: {replicas: 2, update_config: {order: start-first}}
            depends_on:
              migrate: {condition: service_completed_successfully}
              cache: {condition: service_healthy}
          proxy:
            <<: *site
            command: [nginx, -g, daemon off;]
            configs: [{source: proxy, target: /etc/nginx/sites-enabled/default}]
            ports: ["127.0.0.1:PORT:80"]
            healthcheck: {test: "bash -c 'exec 3<>/dev/tcp/127.0.0.1/80'", interval: 500ms, retries: 60}
            depends_on: {site: {condition: service_healthy, restart: true}}
          worker:
            <<: *site
            networks: [back]
            command: sh -c 'while redis-cli -h cache incr jobs >/dev/null; do sleep 0.2; done'
            scale: 2
            depends_on: {cache: {condition: service_healthy}}
          tools:
            <<: *site
            profiles: [debug]
            command: sleep infinity
        networks:
          front: {}
          back: {internal: true}
        configs:
          site: {content: "server { listen 8000; location / { return 200 'edition EDITION_NUMBER\n'; } }"}
          proxy: {content: "server { listen 80; location / { resolver 127.0.0.11 valid=1s; set $$to http://site:8000; proxy_pass $$to; } }"}
        """;

    private const string Storage = """
        services:
          db:
            image: NAME-programs
            pull_policy: never
            user: postgres
            command: bash -c 'B=$$(echo /usr/lib/postgresql/*/bin); D=/var/lib/postgresql/own; test -f $$D/PG_VERSION || { $$B/initdb -D $$D -U app -A scram-sha-256 --pwfile=/run/secrets/password && echo "host all all all scram-sha-256" >> $$D/pg_hba.conf; } && exec $$B/postgres -D $$D -c listen_addresses="*" -c unix_socket_directories=/tmp'
            secrets: [password]
            volumes: ["data:/var/lib/postgresql"]
            networks: [back]
            stop_signal: SIGINT
            healthcheck: {test: "bash -c 'exec 3<>/dev/tcp/127.0.0.1/5432'", interval: 500ms, retries: 120}
          cache:
            image: NAME-programs
            pull_policy: never
            command: [redis-server, --bind, "*", --protected-mode, "no", --save, ""]
            networks: [back]
            healthcheck: {test: [CMD, redis-cli, ping], interval: 500ms, retries: 60}
        networks: {back: {internal: true}}
        volumes: {data: {}}
        secrets: {password: {environment: PASSWORD}}
        """;

    [QuaidFact]
    public async Task An_application_comes_up_changes_scales_and_keeps_its_data()
    {
        DockerClient docker = engine.Docker;
        string tar = await DebianImage.TarAsync();
        (await docker.RunAsync($"import -c 'CMD [\"bash\"]' {tar} {Debian}", timeout: TimeSpan.FromMinutes(3))).Expect(0);
        string port = TestCertificate.FreePort().ToString(CultureInfo.InvariantCulture);
        await using ComposeFolder folder = new(engine, "services: {}");
        Directory.CreateDirectory(Path.Combine(folder.Folder, "storage"));
        folder.Write("Dockerfile", Dockerfile).Write("storage/compose.yaml", Storage.Replace("NAME", folder.Project, StringComparison.Ordinal)).Write(".env", "PASSWORD='se$cret 1'\n");
        folder.Write("build.yaml", $"services: {{programs: {{image: {folder.Project}-programs, build: {{context: ., network: host, args: [http_proxy, https_proxy, no_proxy]}}}}}}");
        (await folder.Client.ShellAsync($"cd {folder.Folder} && {ComposeFolder.Program} compose -f build.yaml build", timeout: TimeSpan.FromMinutes(8))).Expect(0);
        Write(folder, port, "1");
        await folder.OkAsync("up -d --wait");
        Assert.Equal(["cache-1", "db-1", "migrate-1", "proxy-1", "site-1", "site-2", "worker-1", "worker-2"], (await folder.ContainersAsync()).Keys.Order());
        Assert.Equal("edition 1\n", await GetAsync(port));
        await Eventually.HoldsAsync(async () => int.TryParse((await folder.OkAsync("exec -T cache redis-cli get jobs")).Text, out int jobs) && jobs > 3 ? null : $"{jobs} jobs");

        // Another edition: the site is replaced, a container at a time, and nothing else.
        Dictionary<string, string> before = await folder.ContainersAsync();
        Write(folder, port, "2");
        await folder.OkAsync("up -d --wait");
        Dictionary<string, string> after = await folder.ContainersAsync();
        Assert.Equal(["site-1", "site-2"], before.Keys.Where(name => before[name] != after[name]).Order());
        Assert.Equal("edition 2\n", await GetAsync(port));
        await folder.OkAsync("up -d --scale worker=4 --scale site=1");
        Assert.Equal(["site-1", "worker-1", "worker-2", "worker-3", "worker-4"], (await folder.ContainersAsync()).Keys.Where(name => name.StartsWith("site", StringComparison.Ordinal) || name.StartsWith("worker", StringComparison.Ordinal)).Order());
        await folder.OkAsync("--profile debug up -d tools");
        Assert.Equal("PONG", (await folder.OkAsync("--profile debug exec -T tools redis-cli -h cache ping")).Text);

        // What the database has is there again.
        await folder.OkAsync("--profile debug down -t 5");
        await folder.OkAsync("up -d --wait");
        string count = (await folder.OkAsync("exec -T -e PGUSER=app -e PGHOST=127.0.0.1 -e 'PGPASSWORD=se$cret 1' db psql -At postgres -c 'select count(*) from visits'")).Text;
        Assert.Equal("2", count);
        await folder.OkAsync("--profile debug down -v -t 5");
        await folder.NothingIsLeftAsync();
    }

    private static void Write(ComposeFolder folder, string port, string edition) => folder.Write(
        "compose.yaml", Shop.Replace("NAME", folder.Project, StringComparison.Ordinal).Replace("PORT", port, StringComparison.Ordinal).Replace("EDITION_NUMBER", edition, StringComparison.Ordinal));

    private static async Task<string> GetAsync(string port)
    {
        string page = "";
        await Eventually.HoldsAsync(async () =>
        {
            page = (await RunningCommand.RunAsync("curl", ["-sf", "-m", "10", "--noproxy", "*", $"http://127.0.0.1:{port}/"])).Stdout;
            return page.Length > 0 ? null : "no page";
        });
        return page;
    }
}
