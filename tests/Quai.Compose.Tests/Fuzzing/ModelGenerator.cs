using System.Text;

namespace Quai.Compose.Tests.Fuzzing;

/// <summary>Makes projects by chance that are mostly valid: some services, in short and in long form, in several files that are merged.</summary>
/// <param name="seed">The same one makes the same project.</param>
internal sealed class ModelGenerator(int seed)
{
    // What a service may say: a line of each group, or none.
    private static readonly string[][] s_keys =
    [
        ["image: x", "image: x:${TAG:-1}", "image: 'reg.example:5000/a/b@sha256:0123456789012345678901234567890123456789012345678901234567890123'", "build: .", "build: {context: ./c, args: {A: 1, B: }, target: t}", "build: {context: ., args: [A=1, B], labels: [l=1], tags: [t:1, t:2]}"],
        ["command: sh -c 'echo $$X'", "command: [a, b c, \"d\"]", "command: ${CMD:-run it}", "command: []"],
        ["entrypoint: /e", "entrypoint: [e, \"1\"]"],
        ["environment: {A: 1, B: true, C: , D: x y}", "environment: [A=2, E, F=a=b]", "environment: {F: \"${SET}\", G: \"${UNSET-none}\"}"],
        ["ports: [\"80\", \"8080:80\"]", "ports: [{target: 80, published: \"8081\", protocol: udp}, \"127.0.0.1:9000-9002:9000-9002\"]", "ports: [\"8080:80\", {target: 81}]", "ports: [\"[::1]:7000:70/udp\"]"],
        ["expose: [3000]", "expose: [\"4000-4002\", 3000]"],
        ["volumes: [\"v:/v\", /anon]", "volumes: [\"./b:/b:ro\", \"v:/v:z\"]", "volumes: [{type: bind, source: ./b, target: /b, bind: {create_host_path: false}}]", "volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1m}}, \"w:/w\"]", "volumes: [\"~/h:/h\", {type: volume, source: v, target: /v, volume: {nocopy: true}}]"],
        ["networks: [n]", "networks: {n: {aliases: [al], priority: 3}, m: }", "networks: {m: {ipv4_address: 10.91.0.7}}", "network_mode: host", "network_mode: none"],
        ["labels: {l1: v, l2: 2}", "labels: [l1=w, l3]"],
        ["restart: always", "restart: \"no\"", "restart: on-failure:3", "restart: unless-stopped"],
        ["healthcheck: {test: curl x, interval: 1m30s, retries: 3}", "healthcheck: {test: [CMD, a, b], timeout: 5s, start_period: 1h}", "healthcheck: {disable: true}", "healthcheck: {test: NONE}"],
        ["deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: 50M}, reservations: {memory: 20m}}}", "deploy: {update_config: {order: start-first, delay: 5s, parallelism: 2}, labels: {d: l}}", "deploy: {restart_policy: {condition: on-failure, max_attempts: 3, window: 10s}}", "scale: 3", "deploy: {resources: {limits: {pids: 9}}, placement: {constraints: [a==b]}}"],
        ["mem_limit: 256m", "mem_limit: 1gb", "mem_reservation: 10k", "memswap_limit: -1", "shm_size: 64mb"],
        ["cpus: 0.7", "cpu_shares: 512", "cpuset: \"0,1\"", "cpu_quota: 5000"],
        ["cap_add: [NET_ADMIN, ALL]", "cap_drop: [mknod]", "cap_add: [SYS_TIME]"],
        ["ulimits: {nofile: {soft: 1000, hard: 2000}}", "ulimits: {nproc: 5120, nofile: 10}"],
        ["extra_hosts: [\"a:1.2.3.4\", \"b=::1\"]", "extra_hosts: {a: 1.2.3.4, c: 5.6.7.8}"],
        ["dns: 1.1.1.1", "dns: [1.1.1.1, 8.8.8.8]", "dns_search: example.com", "dns_opt: [use-vc]"],
        ["tmpfs: /t1", "tmpfs: [/t1, \"/t2:size=1m\"]"],
        ["sysctls: {net.core.somaxconn: 1024}", "sysctls: [net.ipv4.tcp_syncookies=0]"],
        ["logging: {driver: json-file, options: {max-size: 1m, max-file: 3}}", "logging: {driver: none}"],
        ["secrets: [s]", "secrets: [{source: s, target: /x, uid: \"1\", mode: 0440}]", "secrets: [s, t]"],
        ["configs: [c]", "configs: [{source: c, target: /etc/c}]"],
        ["user: \"1000:1000\"", "working_dir: /w", "hostname: h", "domainname: d.e", "init: true", "tty: true", "stdin_open: true", "read_only: true", "privileged: true"],
        ["stop_grace_period: 1m5s", "stop_signal: SIGINT", "stop_grace_period: 90s"],
        ["devices: [\"/dev/null:/dev/xnull:rw\"]", "devices: [/dev/zero]", "device_cgroup_rules: [\"c 1:3 mr\"]"],
        ["pid: host", "ipc: shareable", "uts: host", "userns_mode: host", "cgroup: private"],
        ["security_opt: [\"no-new-privileges:true\"]", "group_add: [mail, 5]", "isolation: default"],
        ["profiles: [p]", "profiles: [p, q]"],
        ["env_file: vars.env", "env_file: [vars.env, {path: not-there.env, required: false}]"],
        ["platform: linux/amd64", "pull_policy: always", "pull_policy: every_12h", "runtime: runc"],
        ["annotations: {a.b: c}", "annotations: [a.b=d]", "x-own: {a: [1, 2.50, null, ~, yes]}"],
        ["oom_score_adj: 5", "oom_kill_disable: true", "pids_limit: 10", "blkio_config: {weight: 300, device_read_bps: [{path: /dev/sda, rate: 1mb}]}", "storage_opt: {size: 1G}"],
        ["develop: {watch: [{path: ./src, target: /app, action: sync, ignore: [n/]}]}", "gpus: all", "gpus: [{driver: d, count: 2}]", "post_start: [{command: a b, user: root}]", "pre_stop: [{command: [x], environment: [A=b]}]"],
    ];

    private static readonly string[] s_resets = ["environment: !reset null", "ports: !reset []", "labels: !override {only: this}", "volumes: !override [\"w:/only\"]", "command: !reset null", "networks: !reset null"];

    private readonly Random _random = new(seed);

    /// <summary>A project, and the arguments to print it.</summary>
    public (ComposeCase Case, string Text) Make()
    {
        string[] services = [.. ((string[])["a", "b-c", "d_e", "f.g"]).Take(_random.Next(1, 5))];
        int count = _random.Next(1, 4);
        List<(string Name, string Text)> files = [("vars.env", "FROM_FILE=1\nQUOTED='a $b'\n"), (".env", "SET=set\nTAG=${SET}-2\n"), ("s.txt", "secret")];
        StringBuilder arguments = new();
        for (int i = 0; i < count; i++)
        {
            files.Add(($"f{i}.yaml", File(services, isFirst: i == 0)));
            arguments.Append($"-f f{i}.yaml ");
        }

        string[] more = ["", "", "", " --format json", " --no-consistency", " --no-path-resolution", " a", " --no-normalize"];
        arguments.Append("config").Append(more[_random.Next(more.Length)]);
        ComposeCase made = new([.. files]);
        made.Arguments.AddRange(arguments.ToString().Split(' '));
        return (made, $"seed {seed}: {arguments}\n{string.Join('\n', files.Skip(3).Select(file => $"# {file.Name}\n{file.Text}"))}");
    }

    private string File(string[] services, bool isFirst)
    {
        StringBuilder text = new(isFirst && _random.Next(3) == 0 ? "name: given\n" : "");
        text.Append("services:\n");
        foreach (string service in services.Where(_ => isFirst || _random.Next(3) > 0).DefaultIfEmpty(services[0]))
        {
            text.Append($"  {service}:\n    {(isFirst ? Pick(s_keys[0]) : "x-merged: 1")}\n");
            HashSet<string> keys = ["image", "build", "x-merged"];
            foreach (string[] group in s_keys.Where(_ => _random.Next(4) == 0))
            {
                string line = Pick(group);
                if (keys.Add(line.Split(':')[0]) && !(line.StartsWith("network_mode", StringComparison.Ordinal) && keys.Contains("networks")))
                {
                    text.Append($"    {line}\n");
                }
            }

            string reset = Pick(s_resets);
            if (!isFirst && _random.Next(4) == 0 && keys.Add(reset.Split(':')[0]))
            {
                text.Append($"    {reset}\n");
            }

            string[] others = [.. services.TakeWhile(other => other != service)];
            if (others.Length > 0 && _random.Next(2) == 0)
            {
                string other = Pick(others);
                text.Append(Pick([$"    depends_on: [{other}]\n", $"    depends_on: {{{other}: {{condition: service_healthy, restart: true}}}}\n", $"    depends_on: {{{other}: {{condition: service_started, required: false}}}}\n", $"    links: [\"{other}:alias\"]\n", $"    extends: {other}\n"]));
            }
        }

        if (isFirst)
        {
            text.Append(Pick(["networks: {n: , m: {ipam: {config: [{subnet: 10.91.0.0/24}]}}}\n", "networks: {n: {driver: bridge, internal: true, labels: [a=b]}, m: {external: true, name: out}}\n"]));
            text.Append(Pick(["volumes: {v: , w: {labels: {x: y}}}\n", "volumes: {v: {driver: local, driver_opts: {type: none, o: bind}}, w: {external: true}}\n"]));
            text.Append(Pick(["secrets: {s: {file: ./s.txt}, t: {environment: SET}}\n", "secrets: {s: {environment: SET}, t: {file: s.txt, labels: {a: b}}}\n"]));
            text.Append(Pick(["configs: {c: {content: \"a ${SET} $$b\"}}\n", "configs: {c: {file: ./s.txt}}\n"]));
        }

        return text.ToString();
    }

    private string Pick(string[] all) => all[_random.Next(all.Length)];
}
