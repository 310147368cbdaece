namespace Quai.EndToEnd.Tests.Compose;

/// <summary>What <c>quai compose</c> makes is what Docker's compose makes: each takes the other's for its own.</summary>
public sealed class BothToolsTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Everything = """
        services:
          full:
            image: BASE
            command: SLEEPS
            hostname: fullhost
            user: "0:0"
            working_dir: /tmp
            stdin_open: true
            stop_grace_period: 1m5s
            environment: {A: "1", B: , C: "x=y"}
            env_file: [vars.env]
            label_file: [labels.txt]
            labels: {my.label: v}
            expose: ["3000"]
            ports: ["127.0.0.1::80", "127.0.0.1::81/udp"]
            cap_add: [NET_ADMIN]
            cap_drop: [mknod]
            init: true
            ipc: shareable
            restart: on-failure:3
            sysctls: {net.core.somaxconn: 1024}
            dns: [1.1.1.1]
            extra_hosts: ["a:1.2.3.4", "b=5.6.7.8"]
            security_opt: ["no-new-privileges:true"]
            tmpfs: [/tmp1, "/tmp2:size=1m"]
            ulimits: {nofile: {soft: 1000, hard: 2000}, nproc: 5120}
            mem_limit: 256m
            cpus: 0.7
            pids_limit: 100
            devices: ["/dev/null:/dev/xnull:rw"]
            logging: {driver: json-file, options: {max-size: 1m}}
            healthcheck: {test: "true", interval: 1s, timeout: 5s, retries: 4, start_period: 10s, start_interval: 1s}
            volumes:
              - named:/named
              - /anonymous
              - ./folder:/folder:ro
              - {type: bind, source: ./folder, target: /long, bind: {propagation: rprivate}}
              - {type: volume, source: named, target: /uncopied, volume: {nocopy: true}}
              - {type: tmpfs, target: /tm, tmpfs: {size: 1m, mode: 0700}}
            secrets: [kept, {source: variable, target: /etc/variable, uid: "12", mode: 0440}]
            configs: [{source: inline, target: /etc/inline}]
            networks: {default: {aliases: [al1, al2]}, other: {priority: 10}}
          limited:
            image: BASE
            command: SLEEPS
            deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: 50M}, reservations: {memory: 20M}}}
            depends_on: {full: {condition: service_healthy, restart: true}}
          linked: {image: BASE, command: SLEEPS, links: ["full:alias"]}
          sharing: {image: BASE, command: SLEEPS, network_mode: "service:full", volumes_from: [full]}
          alone: {image: BASE, command: SLEEPS, network_mode: none, read_only: true}
        networks:
          other: {internal: true, labels: {n: l}}
        volumes:
          named: {labels: {v: l}}
        secrets:
          kept: {file: ./secret.txt}
          variable: {environment: VARIABLE}
        configs:
          inline: {content: "hello"}
        """;

    [Fact]
    public async Task Neither_makes_anew_what_the_other_made()
    {
        await using ComposeFolder folder = Folder();
        await folder.PluginAsync("up -d");
        Dictionary<string, string> theirs = await folder.ContainersAsync();
        await folder.OkAsync("up -d");
        Assert.Equal(theirs, await folder.ContainersAsync());
        await folder.OkAsync("down -v");
        await folder.NothingIsLeftAsync();

        await folder.OkAsync("up -d");
        Dictionary<string, string> ours = await folder.ContainersAsync();
        await folder.PluginAsync("up -d");
        Assert.Equal(ours, await folder.ContainersAsync());
        await folder.PluginAsync("down -v");
        await folder.NothingIsLeftAsync();
    }

    [Fact]
    public async Task Both_make_the_same_field_by_field()
    {
        await using ComposeFolder folder = Folder();
        await folder.PluginAsync("up -d");
        ProjectFields theirs = await ProjectFields.ReadAsync(folder);
        await folder.PluginAsync("down -v");
        await folder.OkAsync("up -d");
        ProjectFields ours = await ProjectFields.ReadAsync(folder);
        Assert.True(theirs.Count > 500, $"{theirs.Count} fields are too few");
        Assert.Equal("", theirs.DifferencesFrom(ours));
    }

    private ComposeFolder Folder()
    {
        ComposeFolder folder = new(engine, Everything);
        Directory.CreateDirectory(Path.Combine(folder.Folder, "folder"));
        return folder.Write("vars.env", "FROM_FILE=1\n").Write("labels.txt", "from.file=1\n").Write("secret.txt", "secret").Write(".env", "VARIABLE=of a file\n");
    }
}
