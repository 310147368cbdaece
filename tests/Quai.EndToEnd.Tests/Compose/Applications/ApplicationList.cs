namespace Quai.EndToEnd.Tests.Compose.Applications;

/// <summary>The applications in <c>tests/Corpus/applications</c>.</summary>
internal static class ApplicationList
{
    // Between them these have most of what the others have; all of them take longer than the rest of the tests may wait.
    private const string Usual = "dmz ledger parts queue shop tenants";

    private static readonly string[] s_chosen = (Environment.GetEnvironmentVariable("QUAI_E2E_APPLICATIONS") is { Length: > 0 } chosen ? chosen : Usual).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The usual ones, or those that <c>QUAI_E2E_APPLICATIONS</c> names (<c>all</c>: all of them), by name.</summary>
    public static IReadOnlyDictionary<string, Application> All { get; } = ((Application[])
    [
        new("balancer")
        {
            Containers = "lb-1 web-1 web-2 web-3",
            Write = "compose exec -T lb true",
            Kept = new("get ''", "2024.1 by "),
            Proofs = [new("for i in 1 2 3 4 5 6 7 8 9; do get ''; done | sort -u | wc -l", "3"), new("compose exec -T --index 2 web curl -fs http://backend.internal:8000/", "2024.1 by")],
            Change = new("compose.yaml", "RELEASE: \"2024.1\"", "RELEASE: \"2024.1\" # still\n      NAME: web", "web-1 web-2 web-3", new("compose exec -T web printenv NAME", "web")),
            Scale = ("web", 5),
        },
        new("bank")
        {
            Containers = "pool-1 primary-1 standby-1 teller-1",
            Write = "compose exec -T teller psql -qd bank -c \"update accounts set cents = cents + 1 where owner = 'alice'\"",
            Kept = new("compose exec -T teller psql -Atd read -c \"select cents from accounts where owner = 'alice'\"", "10001"),
            Proofs = [new("compose exec -T teller psql -Atd read -c 'select pg_is_in_recovery()'", "t"), new("compose exec -T --user postgres primary psql -AtU bank -c 'select state from pg_stat_replication'", "streaming")],
            Change = new("compose.yaml", "PGPASSFILE: /nowhere", "PGPASSFILE: /elsewhere", "pool-1", new("compose exec -T pool printenv PGPASSFILE", "/elsewhere")),
            Scale = ("teller", 2),
        },
        new("blog")
        {
            Containers = "db-1 php-1 web-1",
            Write = "post index.php title=Tulips",
            Kept = new("get ''", "1. Tulips"),
            Proofs = [new("get ''", "Notes of a gardener"), new("get uploads/1.txt", "Tulips"), new("cat uploads/1.txt", "Tulips")],
            Change = new(".env", "Notes", "Thoughts", "php-1", new("get ''", "Thoughts of a gardener")),
            Scale = ("php", 3),
        },
        new("dmz")
        {
            Containers = "edge-1 egress-1 partner-1 shop-1",
            Write = "compose exec -T shop sh -c 'echo 12 tulips >/orders/last'",
            Kept = new("get ''", "12 tulips"),
            Proofs =
            [
                new("compose exec -T shop curl -fs -x http://egress:3128 http://api.partner.example/", "prices of partners"),
                new("compose exec -T shop sh -c 'curl -s -m 1 http://partner/ || echo refused'", "refused"),
                new("compose exec -T shop getent hosts partner.example", "$SUBNET.140"),
                new("compose exec -T edge cat /sys/class/net/eth0/address /sys/class/net/eth1/address", "02:42:ac:11:00:83"),
            ],
            Change = new("compose.yaml", "dns_opt: [\"ndots:1\"]", "dns_opt: [\"ndots:2\"]", "shop-1", new("compose exec -T shop cat /etc/resolv.conf", "ndots:2")),
            Scale = ("partner", 2),
            HasFixedSubnets = true,
        },
        new("forge")
        {
            Containers = "daemon-1 http-1 mirror-1 rooms-1 setup-1",
            Write = "rm -rf work; git clone -q http://127.0.0.1:$PORT/project.git work; cd work; echo text >file; git add file; git -c user.name=a -c user.email=a@example.org commit -qm 'The first'; git push -q origin HEAD:main",
            Kept = new("compose exec -T mirror git -C /mirrors/project.git log --format=%s main", "The first"),
            Proofs = [new("compose exec -T http wc -l /srv/git/project.git/pushes", "1 "), new("compose exec -T daemon ls /scripts", "setup.sh")],
            Change = new("compose.yaml", "INTERVAL=0.5", "INTERVAL=0.4", "mirror-1", new("compose exec -T mirror printenv INTERVAL", "0.4")),
            Scale = ("daemon", 2),
        },
        new("fortress")
        {
            Containers = "app-1 memory-1 own-1 web-1",
            Write = "post treasure",
            Kept = new("get ''", "kept treasure"),
            Proofs = [new("get ''", "root: Read-only file system; scratch: yes; files 256 512; uid 65534"), new("compose exec -T web grep -E 'CapBnd|NoNewPrivs' /proc/self/status", "NoNewPrivs:\t1")],
            Change = new("compose.yaml", "soft: 256", "soft: 300", "app-1", new("get ''", "files 300 512")),
            Scale = ("memory", 2),
        },
        new("guestbook")
        {
            Options = "-f compose.yaml -f compose.prod.yaml",
            Containers = "app-1 redis-1",
            Write = "post Ada",
            Kept = new("get ''", ": Ada"),
            Proofs = [new("get ''", "production 1 - 0d1c:%2f#x")],
            Change = new("compose.prod.yaml", "MODE: production", "MODE: maintenance", "app-1", new("get ''", "maintenance 1 -")),
        },
        new("ledger")
        {
            Containers = "api-1 console-1 db-1 migrate-1",
            Write = "compose --profile tools run --rm seed && post 42",
            Kept = new("get ''", "342"),
            Proofs = [new("compose exec -T console psql -Atc 'select count(*) from entries'", "3"), new("compose --profile tools run --rm -T --no-deps seed -c 'select 1+1'", "2")],
            Change = new("api.py", "select coalesce", "select  coalesce", "api-1", new("get ''", "342"), Builds: true),
            Scale = ("console", 2),
        },
        new("logs")
        {
            Containers = "collector-1 probe-1 rotate-1 shipper-1 site-1",
            Write = "get written",
            Kept = new("compose exec -T collector cat /archive/lines", "200 /written"),
            Proofs = [new("compose exec -T collector cat /archive/lines", "200 /probe"), new("compose exec -T rotate cat /proc/1/cmdline", "nginx"), new("compose exec -T rotate ls /var/log/site", "access.1"), new("compose logs site | wc -l", "0")],
            Change = new("compose.yaml", "max-size: 200k", "max-size: 300k", "probe-1 rotate-1 site-1", new("get ''", "site")),
            Scale = ("shipper", 2),
        },
        new("monitoring")
        {
            Containers = "load-1 load-2 node-1 prometheus-1 redis-1 redis-exporter-1",
            Write = "get 'api/v1/query?query=jobs:up' | grep -q '\"3\"'",
            Kept = new("get 'api/v1/query?query=max_over_time(jobs:up%5B5m%5D)'", "\"3\""),
            Proofs = [new("get 'api/v1/query?query=release'", "\"version\":\"1\""), new("get 'api/v1/query?query=redis_db_keys'", "\"db0\""), new("compose exec -T node cat /host/proc/1/comm", "")],
            Change = new(".env", "LOAD=2", "LOAD=3", "load-3", new("compose ps -q load | wc -l", "3")),
            Scale = ("load", 4),
        },
        new("orders")
        {
            Containers = "api-1 db-1 web-1",
            Write = "post tulips",
            Kept = new("get ''", "1. tulips"),
            Proofs = [new("get ''", "orders, please (first)"), new("compose exec -T api sh -c 'touch /x || id -un'", "www-data")],
            Change = new(".env", "EDITION=first", "EDITION=second", "web-1", new("get ''", "orders, please (second)")),
            Scale = ("api", 2),
            Surroundings = ("dotnet publish api/Orders.csproj -c Release -o api/publish --nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=false", ""),
        },
        new("pages")
        {
            Containers = "builder-1 web-1",
            Write = "compose up -d --force-recreate --no-deps builder && compose wait builder",
            Kept = new("get built", "built\nbuilt"),
            Proofs =
            [
                new("get index.html", "<title>Pages & more</title><author>Ada</author>\n<h1>Welcome</h1>"), new("get theme.css", "color: green"),
                new("get proof", "400\n127.0.0.1"), new("get proof | head -n 1; printf t0ken | sha256sum", "\n"),
            ],
            Change = new("theme/theme.css", "body {", "body { margin: 0;", "builder-1 web-1", new("get theme.css", "margin: 0; color: green"), Builds: true),
        },
        new("parts")
        {
            Containers = "api-1 cache-1 frontend-1 gate-1 store-1",
            Write = "post '' tulips",
            Kept = new("get ''", "of 1, tuned yes: tulips"),
            Proofs = [new("compose exec -T gate printenv API_LEVEL", "unset"), new("compose exec -T frontend printenv THEME", "dark"), new("compose exec -T cache cat /proc/1/cmdline", "12")],
            Change = new("api/common.env", "API_MEMORY=96m", "API_MEMORY=97m", "api-1", new("get ''", "tulips")),
            Scale = ("gate", 2),
        },
        new("post")
        {
            Containers = "form-1 mailbox-1 relay-1",
            Write = "post tulips",
            Kept = new("compose exec -T mailbox sh -c 'cat /var/mail/box/new/*'", "Subject: tulips"),
            Proofs = [new("compose exec -T mailbox sh -c 'cat /var/mail/box/new/*'", "To: reader@letters.example"), new("compose exec -T relay hostname -f", "mx.letters.example")],
            Change = new("compose.yaml", "FROM=form@", "FROM=formula@", "form-1", new("compose exec -T form printenv FROM", "formula@letters.example")),
            Scale = ("mailbox", 1),
        },
        new("queue")
        {
            Containers = "graveyard-1 redis-1 scheduler-1 worker-1 worker-2",
            Write = "get '' | grep -q 'by zero'",
            Kept = new("get ''", "by zero"),
            Proofs = [new("get ''", "\"workers\": 2"), new("compose exec -T scheduler cat /tmp/begun", "begun")],
            Change = new("compose.yaml", "ATTEMPTS: 3", "ATTEMPTS: 2", "worker-1 worker-2", new("get ''", "\"left\": 2")),
            Scale = ("worker", 4),
        },
        new("sensors")
        {
            Containers = "broker-1 recorder-1 thermometer-1",
            Write = "compose exec -T broker mosquitto_pub -u sensor -P warm -q 1 -r -t home/door -m closed",
            Kept = new("compose exec -T broker mosquitto_sub -u recorder -P ink -t home/door -C 1 -W 5", "closed"),
            Proofs = [new("compose exec -T recorder cat /log/all", "kitchen"), new("compose exec -T broker cat /banner", "two\nlines"), new("compose exec -T recorder stat -Lc '%u:%g %a' /secret/word /etc/recorder/user", "1234:1234 400\n1234:1234 440")],
            Change = new("compose.yaml", "log_type ${BROKER_LOG:-warning}", "log_type ${BROKER_LOG:-error}", "broker-1", new("compose exec -T broker cat /etc/broker/main.conf", "log_type error")),
            Scale = ("thermometer", 2),
        },
        new("shop")
        {
            Options = "--profile debug",
            Containers = "cache-1 db-1 migrate-1 proxy-1 site-1 site-2 tools-1 worker-1 worker-2",
            Write = "get '' && compose exec -T tools redis-cli -h cache get jobs",
            Kept = new("compose exec -T -e PGUSER=app -e PGHOST=127.0.0.1 -e 'PGPASSWORD=se$cret 1' db psql -At postgres -c 'select count(*) from visits'", ""),
            Proofs = [new("get ''", "edition 1"), new("compose exec -T tools redis-cli -h cache ping", "PONG")],
            Change = new(".env", "EDITION=1", "EDITION=2", "site-1 site-2", new("get ''", "edition 2")),
            Scale = ("worker", 4),
        },
        new("tenants")
        {
            Containers = "site-1 store-1",
            Write = "compose exec -T site sh -c 'echo tulips >/data/first/page; echo shared >/assets/logo'",
            Kept = new("get first/page", "tulips"),
            Proofs = [new("get assets/logo", "shared")],
            Change = new("compose.yaml", "-d /data 8000", "-b 0.0.0.0 -d /data 8000", "site-1", new("get first/page", "tulips")),
            Scale = ("site", 2),
            Surroundings = ("quai compose -p $PLATFORM -f platform/compose.yaml up -d", "quai compose -p $PLATFORM -f platform/compose.yaml down -v -t 1"),
        },
    ]).Where(application => s_chosen is ["all"] || s_chosen.Contains(application.Name)).ToDictionary(application => application.Name);
}
