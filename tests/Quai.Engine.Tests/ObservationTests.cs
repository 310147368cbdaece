using Quai.Api.Containers;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests;

[Collection(nameof(TestEngine))]
public sealed class ObservationTests(TestEngine engine)
{
    [Fact]
    public async Task Top_lists_the_container_s_processes_only()
    {
        string id = await engine.StartAsync(["sleep", "321"]);
        ContainerTopResponse top = await engine.Containers.TopAsync(id, null, CancellationToken.None);
        Assert.Equal("UID", top.Titles[0]);
        Assert.Equal("sleep 321", Assert.Single(top.Processes)[^1]);
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.TopAsync(id, "-o user", CancellationToken.None));
        Assert.Equal("Couldn't find PID field in ps output", e.Message);
        e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.TopAsync(id, "--nosuch", CancellationToken.None));
        Assert.StartsWith("ps: error: ", e.Message);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Stats_count_cpu_memory_processes_and_the_network()
    {
        string id = await engine.StartAsync(["sh", "-c", "while :; do :; done"], r => (r.HostConfig!.NetworkMode, r.HostConfig.Memory) = ("bridge", 64 << 20));
        List<ContainerStats> samples = [];
        await foreach (ContainerStats sample in engine.Containers.StatsAsync(id, stream: false, oneShot: false, CancellationToken.None))
        {
            samples.Add(sample);
        }

        ContainerStats stats = Assert.Single(samples);
        Assert.True(stats.CpuStats.CpuUsage.TotalUsage > stats.PreCpuStats.CpuUsage.TotalUsage);
        Assert.True(stats.CpuStats.SystemCpuUsage > stats.PreCpuStats.SystemCpuUsage);
        Assert.Equal(64ul << 20, stats.MemoryStats.Limit);
        Assert.True(stats.MemoryStats.Usage > 0);
        Assert.True(stats.PidsStats.Current >= 1);
        Assert.Equal(["eth0"], stats.Networks!.Keys);
        Assert.Equal((uint)Environment.ProcessorCount, stats.CpuStats.OnlineCpus);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Changes_tell_what_differs_from_the_image()
    {
        (_, _, string id) = await engine.RunAsync(["sh", "-c", "rm /etc/group; echo x >> /etc/passwd; mkdir /new; touch /new/file"]);
        List<FilesystemChange> changes = await engine.Containers.ChangesAsync(id, CancellationToken.None);
        Assert.Equal(
            ["C /etc", "C /etc/passwd", "D /etc/group", "A /new", "A /new/file"],
            changes.OrderBy(c => c.Path.Split('/')[1]).ThenBy(c => c.Kind).ThenBy(c => c.Path).Select(c => $"{"CAD"[c.Kind]} {c.Path}"));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Update_changes_limits_of_a_running_container()
    {
        string id = await engine.StartAsync(["sleep", "100"], r => r.HostConfig!.Memory = 32 << 20);
        await engine.Containers.UpdateAsync(id, new ContainerUpdateRequest { Memory = 48 << 20, MemorySwap = 96 << 20, RestartPolicy = new RestartPolicy { Name = "always" } }, CancellationToken.None);
        ContainerInspect inspect = await engine.InspectAsync(id);
        Assert.Equal((48L << 20, "always"), (inspect.HostConfig.Memory, inspect.HostConfig.RestartPolicy.Name));
        await foreach (ContainerStats sample in engine.Containers.StatsAsync(id, false, true, CancellationToken.None))
        {
            Assert.Equal(48ul << 20, sample.MemoryStats.Limit);
        }

        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.UpdateAsync(id, new ContainerUpdateRequest { Memory = 1 << 20 }, CancellationToken.None));
        Assert.Equal("Minimum memory limit allowed is 6MB", e.Message);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task A_memory_hog_dies_and_that_is_told()
    {
        (int code, _, string id) = await engine.RunAsync(["sh", "-c", "x=y; while :; do x=$x$x; done"], r => r.HostConfig!.Memory = 16 << 20);
        ContainerState state = (await engine.InspectAsync(id)).State;
        Assert.True(state.OOMKilled);
        Assert.Equal(137, code);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task Health_goes_from_starting_to_healthy_to_unhealthy()
    {
        Task<Api.System.EventMessage> healthy = engine.NextEventAsync("health_status: healthy");
        string id = await engine.StartAsync(["sh", "-c", "touch /tmp/well; sleep 100"], r => r.Healthcheck = new HealthConfig { Test = ["CMD-SHELL", "echo checked; ls /tmp/well"], Interval = 30_000_000, Retries = 2 });
        Assert.Equal(id, (await healthy.WaitAsync(TimeSpan.FromSeconds(10))).Actor.ID);
        Assert.EndsWith("(healthy)", Assert.Single(await engine.ListAsync(false, ("id", id))).Status);
        Assert.Contains("checked", (await engine.InspectAsync(id)).State.Health!.Log![^1].Output);
        Task<Api.System.EventMessage> unhealthy = engine.NextEventAsync("health_status: unhealthy");
        await engine.ExecAsync(id, ["rm", "/tmp/well"]);
        await unhealthy.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True((await engine.InspectAsync(id)).State.Health!.FailingStreak >= 2);
        Assert.Single(await engine.ListAsync(false, ("health", "unhealthy"), ("id", id)));
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task The_list_shows_and_filters_as_docker_s()
    {
        string running = await engine.StartAsync(["sleep", "100"], r => (r.Labels, r.HostConfig!.NetworkMode, r.ExposedPorts) = (new() { ["kind"] = "run" }, "bridge", new() { ["81/udp"] = default }), "list-running");
        (_, _, string exited) = await engine.RunAsync(["sh", "-c", "exit 3"], r => r.Labels = new() { ["kind"] = "end" });
        string created = await engine.CreateAsync(["true"], name: "list-created");
        ContainerSummary row = Assert.Single(await engine.ListAsync(false, ("name", "list-")));
        Assert.Equal((running, "sleep 100", "running"), (row.Id, row.Command, row.State));
        Assert.Matches("^Up (Less than a second|1 second|\\d seconds)$", row.Status);
        Assert.Equal(["/list-running"], row.Names);
        Assert.Equal((ushort)81, Assert.Single(row.Ports).PrivatePort);
        Assert.Matches("^Exited \\(3\\) ", Assert.Single(await engine.ListAsync(true, ("exited", "3"), ("id", exited))).Status);
        Assert.Equal("Created", Assert.Single(await engine.ListAsync(false, ("status", "created"), ("name", "list-created"))).Status);
        Assert.Equal([running], (await engine.ListAsync(true, ("label", "kind=run"))).Select(r => r.Id));
        Assert.Equal([created, exited], (await engine.ListAsync(true, ("since", "list-running"))).Select(r => r.Id));
        Assert.Contains(exited, (await engine.ListAsync(true, ("ancestor", TestEngine.Image))).Select(r => r.Id));
        Assert.Empty(await engine.ListAsync(true, ("ancestor", "nosuch")));
        Assert.Equal([running], (await engine.ListAsync(true, ("expose", "80-82/udp"))).Select(r => r.Id));
        Assert.Equal("invalid filter 'foo'", (await Assert.ThrowsAsync<QuaiException>(() => engine.ListAsync(true, ("foo", "x")))).Message);
        Assert.Equal("invalid filter 'status=foo'", (await Assert.ThrowsAsync<QuaiException>(() => engine.ListAsync(true, ("status", "foo")))).Message.Split(": ")[0]);
        ContainersPruneResponse pruned = await engine.Containers.PruneAsync(new Dictionary<string, IReadOnlyList<string>> { ["label"] = ["kind=end"] }, CancellationToken.None);
        Assert.Equal([exited], pruned.ContainersDeleted);
        await engine.RemoveAsync(running);
        await engine.RemoveAsync(created);
    }

    [Fact]
    public async Task Containers_share_namespaces_when_asked()
    {
        string donor = await engine.StartAsync(["sleep", "100"], r => (r.HostConfig!.NetworkMode, r.HostConfig.IpcMode, r.Hostname) = ("bridge", "shareable", "donor"));
        await engine.ExecAsync(donor, ["sh", "-c", "echo shared > /dev/shm/file"]);
        (int code, string output, string id) = await engine.RunAsync(
            ["sh", "-c", "readlink /proc/self/ns/net; cat /dev/shm/file; hostname; ls /proc | grep -c '^1$'"],
            r => (r.HostConfig!.NetworkMode, r.HostConfig.IpcMode, r.HostConfig.PidMode) = ($"container:{donor}", $"container:{donor}", $"container:{donor}"));
        Assert.Equal(0, code);
        Assert.Equal((await engine.ExecAsync(donor, ["readlink", "/proc/self/ns/net"])).Output + "shared\ndonor\n1\n", output);
        await engine.RemoveAsync(id);
        await engine.RemoveAsync(donor);
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), l => l.Contains(engine.ExecRoot));
        id = await engine.CreateAsync(["true"], r => r.HostConfig!.NetworkMode = "container:gone");
        Assert.Equal("joining network namespace of container: No such container: gone", (await Assert.ThrowsAnyAsync<QuaiException>(() => engine.Containers.StartAsync(id, CancellationToken.None))).Message);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task A_published_port_is_shown_and_is_not_given_twice()
    {
        string id = await engine.StartAsync(
            ["sleep", "100"], r => (r.HostConfig!.NetworkMode, r.HostConfig.PortBindings) = ("bridge", new() { ["80/tcp"] = [new PortBinding { HostPort = "28471" }] }));
        ContainerInspect inspect = await engine.InspectAsync(id);
        Assert.Contains(inspect.NetworkSettings.Ports["80/tcp"]!, b => b.HostPort == "28471");
        string second = await engine.CreateAsync(["true"], r => (r.HostConfig!.NetworkMode, r.HostConfig.PortBindings) = ("bridge", new() { ["80/tcp"] = [new PortBinding { HostPort = "28471" }] }), "second");
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.Containers.StartAsync(second, CancellationToken.None));
        Assert.Matches("^failed to set up container networking: driver failed programming external connectivity on endpoint second \\([0-9a-f]{64}\\): Bind for 0.0.0.0:28471 failed: port is already allocated \\(by container [a-z0-9_]+\\)$", e.Message);
        Assert.Equal("created", (await engine.InspectAsync(second)).State.Status);
        await engine.RemoveAsync(id);
        await engine.Containers.StartAsync(second, CancellationToken.None);
        await engine.RemoveAsync(second);
    }

    [Fact]
    public async Task The_system_counts_containers_and_disk()
    {
        string id = await engine.StartAsync(["sleep", "100"]);
        Api.System.SystemInfo info = engine.Engine.System.Info();
        Assert.True(info is { Containers: >= 1, ContainersRunning: >= 1, Images: 2, NCPU: > 0, MemTotal: > 0 });
        List<ContainerSummary> containers = await engine.Containers.ListAsync(all: true, limit: 0, size: true, new Dictionary<string, IReadOnlyList<string>>(), CancellationToken.None);
        Assert.Contains(containers, c => c.Id == id && c.SizeRootFs > 0);
        Quai.Images.ImageDiskUsage usage = await engine.Engine.Images.DiskUsageAsync(CancellationToken.None);
        Assert.Equal(2, usage.Images.Count);
        Assert.InRange(usage.Needed([containers.Single(c => c.Id == id).ImageID]), 1, usage.Total);
        await engine.RemoveAsync(id);
    }
}
