using Quai.Api.Containers;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests;

[Collection(nameof(TestEngine))]
public sealed class CreateTests(TestEngine engine)
{
    public static TheoryData<string, Action<ContainerCreateRequest>> Bad => new()
    {
        { "Minimum memory limit allowed is 6MB", r => r.HostConfig!.Memory = 1 << 20 },
        { $"range of CPUs is from 0.01 to {Environment.ProcessorCount}.00, as there are only {Environment.ProcessorCount} CPUs available", r => r.HostConfig!.NanoCpus = 9_900_000_000_000 },
        { "Minimum memoryswap limit should be larger than memory limit, see usage", r => (r.HostConfig!.Memory, r.HostConfig.MemorySwap) = (10 << 20, 7 << 20) },
        { "You should always set the Memory limit when using Memoryswap limit, see usage", r => r.HostConfig!.MemorySwap = 30 << 20 },
        { "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)", r => r.HostConfig!.CpuPeriod = 1 },
        { "Requested CPUs are not available - requested 999, available: ", r => r.HostConfig!.CpusetCpus = "999" },
        { "Invalid value a for cpuset cpus: invalid format: a", r => r.HostConfig!.CpusetCpus = "a" },
        { "invalid mode: zz", r => r.HostConfig!.Binds = ["/a:/b:zz"] },
        { "invalid volume specification: ':/x'", r => r.HostConfig!.Binds = [":/x"] },
        { "create a b: \"a b\" includes invalid characters for a local volume name", r => r.HostConfig!.Binds = ["a b:/b"] },
        { "invalid volume specification: '/a:b': invalid mount config for type \"bind\": invalid mount path: 'b' mount path must be absolute", r => r.HostConfig!.Binds = ["/a:b"] },
        { "invalid volume specification: '/a:/': invalid mount config for type \"bind\": invalid specification: destination can't be '/'", r => r.HostConfig!.Binds = ["/a:/"] },
        { "Duplicate mount point: /b", r => r.HostConfig!.Binds = ["/a:/b", "/c:/b"] },
        { "invalid mount config for type \"bind\": bind source path does not exist: /nope", r => r.HostConfig!.Mounts = [new MountRequest { Type = "bind", Source = "/nope", Target = "/x" }] },
        { "invalid mount config for type \"foo\": mount type unknown", r => r.HostConfig!.Mounts = [new MountRequest { Type = "foo", Target = "/x" }] },
        { "invalid mount config for type \"tmpfs\": field Source must not be specified", r => r.HostConfig!.Mounts = [new MountRequest { Type = "tmpfs", Source = "/x", Target = "/x" }] },
        { "invalid mount path: 'relative' mount path must be absolute", r => r.HostConfig!.Tmpfs = new() { ["relative"] = "" } },
        { "invalid CapAdd: unknown capability: \"CAP_FOO\"", r => r.HostConfig!.CapAdd = ["FOO"] },
        { "invalid ulimit type: foo", r => r.HostConfig!.Ulimits = [new Ulimit { Name = "foo", Hard = 1, Soft = 1 }] },
        { "sysctl \"foo\" is not in a separate kernel namespace", r => r.HostConfig!.Sysctls = new() { ["foo"] = "1" } },
        { "invalid restart policy: unknown policy 'foo'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'", r => r.HostConfig!.RestartPolicy.Name = "foo" },
        { "invalid restart policy: maximum retry count can only be used with 'on-failure'", r => r.HostConfig!.RestartPolicy = new() { Name = "always", MaximumRetryCount = 3 } },
        { "can't create 'AutoRemove' container with restart policy", r => (r.HostConfig!.AutoRemove, r.HostConfig.RestartPolicy.Name) = (true, "always") },
        { "Invalid network mode: invalid container format container:<name|id>", r => r.HostConfig!.NetworkMode = "container:" },
        { "conflicting options: hostname and the network mode", r => (r.Hostname, r.HostConfig!.NetworkMode) = ("x", "container:abc") },
        { "conflicting options: hostname and the UTS mode", r => (r.Hostname, r.HostConfig!.UTSMode) = ("x", "host") },
        { "invalid IPC mode: foo", r => r.HostConfig!.IpcMode = "foo" },
        { "the working directory 'relative' is invalid, it needs to be an absolute path", r => r.WorkingDir = "relative" },
        { "invalid signal: FOO", r => r.StopSignal = "FOO" },
        { "Interval in Healthcheck cannot be less than 1ms", r => r.Healthcheck = new HealthConfig { Test = ["CMD", "true"], Interval = 1000 } },
        { "error looking up logging plugin nosuch: plugin \"nosuch\" not found", r => r.HostConfig!.LogConfig = new() { Type = "nosuch" } },
        { "unknown log opt 'foo' for json-file log driver", r => r.HostConfig!.LogConfig = new() { Type = "json-file", Config = new() { ["foo"] = "bar" } } },
        { "unknown or invalid runtime name: nosuch", r => r.HostConfig!.Runtime = "nosuch" },
        { "invalid --security-opt 2: \"label:x=y\"", r => r.HostConfig!.SecurityOpt = ["label:x=y"] },
        { "--security-opt label=type:x cannot be kept: ", r => r.HostConfig!.SecurityOpt = ["label=type:x"] },
        { "--security-opt apparmor=mine cannot be kept: ", r => r.HostConfig!.SecurityOpt = ["apparmor=mine"] },
        { "Decoding seccomp profile failed", r => r.HostConfig!.SecurityOpt = ["seccomp=/some/path.json"] },
        { "KernelMemoryTCP cannot be kept: ", r => r.HostConfig!.KernelMemoryTCP = 1 << 20 },
        { "could not select device driver \"cdi\" with capabilities: [[gpu]]", r => r.HostConfig!.DeviceRequests = [new DeviceRequest { Driver = "cdi", Capabilities = [["gpu"]] }] },
        { "\"x=y=z\" is no name of a CDI device", r => r.HostConfig!.DeviceRequests = [new DeviceRequest { Driver = "cdi", DeviceIDs = ["x=y=z"] }] },
        { "invalid config for network bridge: invalid endpoint settings:\noption com.docker.network.unheard of network bridge is not available", r =>
            {
                r.HostConfig!.NetworkMode = "bridge";
                r.NetworkingConfig = new() { EndpointsConfig = new() { ["bridge"] = new() { DriverOpts = new() { ["com.docker.network.unheard"] = "c" } } } };
            }
        },
        { "Invalid value 2000, range for oom score adj is [-1000, 1000]", r => r.HostConfig!.OomScoreAdj = 2000 },
        { "invalid config for network bridge: invalid endpoint settings:\n* user specified IP address is supported on user defined networks only\n* ", r =>
            {
                r.HostConfig!.NetworkMode = "bridge";
                r.NetworkingConfig = new() { EndpointsConfig = new() { ["bridge"] = new() { IPAMConfig = new() { IPv4Address = "1.2.3.4" } } } };
            }
        },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public async Task Impossible_requests_are_refused_in_docker_s_words_and_leave_nothing(string message, Action<ContainerCreateRequest> change)
    {
        int folders = Directory.GetDirectories(Path.Combine(engine.DataRoot, "containers")).Length;
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => engine.CreateAsync(["true"], change, name: "refused"));
        Assert.StartsWith(message, e.Message);
        Assert.Equal(ErrorKind.InvalidParameter, e.Kind);
        Assert.Empty(await engine.ListAsync(true, ("name", "^refused$")));
        Assert.Equal(folders, Directory.GetDirectories(Path.Combine(engine.DataRoot, "containers")).Length);

        // The name is free again.
        await engine.RemoveAsync(await engine.CreateAsync(["true"], name: "refused"));
    }

    [Theory]
    [InlineData("x!", "Invalid container name (x!), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")]
    [InlineData("x", "Invalid container name (x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")]
    [InlineData("-xx", "Invalid container name (-xx), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")]
    public async Task Bad_names_are_refused(string name, string message)
    {
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.CreateAsync(["true"], name: name));
        Assert.Equal(message, e.Message);
    }

    [Fact]
    public async Task What_is_named_must_exist()
    {
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => engine.CreateAsync(["true"], r => r.Image = "nosuchimage"));
        Assert.Equal(("No such image: nosuchimage:latest", ErrorKind.NotFound), (e.Message, e.Kind));
        e = await Assert.ThrowsAnyAsync<QuaiException>(() => engine.CreateAsync(["true"], r => r.HostConfig!.VolumesFrom = ["nosuch"]));
        Assert.Equal(("No such container: nosuch", ErrorKind.InvalidParameter), (e.Message, e.Kind));
        e = await Assert.ThrowsAnyAsync<QuaiException>(() => engine.CreateAsync(["true"], r => r.HostConfig!.PidMode = "container:nosuch"));
        Assert.Equal("No such container: nosuch", e.Message);
    }

    [Fact]
    public async Task The_image_fills_in_what_the_request_leaves_out()
    {
        string id = await engine.CreateAsync([], r => (r.Env, r.Labels) = (["MINE=2"], new() { ["own"] = "label" }));
        ContainerInspect inspect = await engine.InspectAsync(id);
        Assert.Equal(["sh"], inspect.Config.Cmd);
        Assert.Contains("MINE=2", inspect.Config.Env!);
        Assert.Contains("FROM_IMAGE=1", inspect.Config.Env!);
        Assert.Equal(("image", "label"), (inspect.Config.Labels!["origin"], inspect.Config.Labels["own"]));
        Assert.Equal(id[..12], inspect.Config.Hostname);
        Assert.Equal("no", inspect.HostConfig.RestartPolicy.Name);
        Assert.Equal("json-file", inspect.HostConfig.LogConfig.Type);
        Assert.Empty(inspect.HostConfig.LogConfig.Config);
        Assert.Matches("^/[a-z]+_[a-z]+[0-9]*$", inspect.Name);
        Assert.Equal("created", inspect.State.Status);
        Assert.Equal("0001-01-01T00:00:00Z", inspect.State.StartedAt);
        Assert.True(Directory.Exists(inspect.GraphDriver.Data!["UpperDir"]));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Memory_alone_sets_swap_to_twice_as_much()
    {
        string id = await engine.CreateAsync(["true"], r => r.HostConfig!.Memory = 64 << 20);
        Assert.Equal(128 << 20, (await engine.InspectAsync(id)).HostConfig.MemorySwap);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Users_are_looked_up_inside_the_container()
    {
        (_, string output, string id) = await engine.RunAsync(["sh", "-c", "id -u; id -g; id -G"], r => r.User = "user");
        Assert.Equal("1000\n1000\n1000 1234\n", output);
        await engine.RemoveAsync(id);
        (_, output, id) = await engine.RunAsync(["sh", "-c", "id -G; echo $HOME"]);
        Assert.StartsWith("0 10\n", output);
        await engine.RemoveAsync(id);

        id = await engine.CreateAsync(["true"], r => r.User = "nosuch");
        QuaiException e = await Assert.ThrowsAnyAsync<QuaiException>(() => engine.Containers.StartAsync(id, CancellationToken.None));
        Assert.Equal("unable to find user nosuch: no matching entries in passwd file", e.Message);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task A_user_added_by_the_container_is_known_at_its_next_start()
    {
        string id = await engine.CreateAsync(["sh", "-c", "id -u; echo 'later:x:77:88::/:/bin/sh' >> /etc/passwd"], r => r.User = "root");
        Assert.Equal("0\n", (await engine.RunCreatedAsync(id)).Output);
        string upper = (await engine.InspectAsync(id)).GraphDriver.Data!["UpperDir"];
        Assert.Contains("later", File.ReadAllText(Path.Combine(upper, "etc/passwd")));
        await engine.Containers.StartAsync(id, CancellationToken.None);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Containers_of_a_deleted_row_are_gone_after_a_new_start_of_the_daemon()
    {
        string id = await engine.CreateAsync(["true"], name: "keeps");
        await engine.ReopenAsync();
        ContainerInspect inspect = await engine.InspectAsync("keeps");
        Assert.Equal(id, inspect.Id);
        Assert.Equal(["true"], inspect.Config.Cmd);
        Assert.Equal(0, (await engine.RunCreatedAsync(id)).ExitCode);
        await engine.RemoveAsync(id);
    }
}
