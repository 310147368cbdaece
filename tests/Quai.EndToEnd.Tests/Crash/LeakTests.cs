namespace Quai.EndToEnd.Tests.Crash;

/// <summary>Nothing stays behind without a crash either, and a daemon that stops and starts again knows what it knew.</summary>
public sealed class LeakTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [QuaidFact]
    public async Task A_mixed_load_leaves_nothing()
    {
        await _docker.OkAsync($"run --rm -p 127.0.0.1:0:1 {Image} true");
        Traces before = await Traces.ReadAsync(engine);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            for (int i = 0; i < 5; i++)
            {
                string name = engine.Name();
                await _docker.OkAsync($"run -d -p 127.0.0.1:0:80 -v /anonymous --tmpfs /t --name {name} {Image} sleep 1000");
                await _docker.OkAsync($"exec {name} true");
                await _docker.RunAsync($"exec {name} no-such-program");
                (await _docker.RunAsync($"run --rm {Image} no-such-program")).Expect(127);
                (await _docker.RunAsync($"run --rm --network none {Image} true")).Expect();
                await _docker.OkAsync($"rm -fv {name}");
            }
        }));
        Assert.Equal("", await _docker.OkAsync("ps -aq"));
        await Traces.AssertNoneNewAsync(engine, before);
    }

    [QuaidFact]
    public async Task A_start_that_fails_leaves_nothing_but_the_container()
    {
        await _docker.OkAsync($"run --rm -p 127.0.0.1:0:1 {Image} true");
        Traces before = await Traces.ReadAsync(engine);
        string name = engine.Name();
        (await _docker.RunAsync($"run -p 127.0.0.1:0:80 --name {name} {Image} no-such-program")).Expect(127);
        (await _docker.RunAsync($"start {name}")).ExpectFailure(1, "no-such-program");
        Assert.Equal("created", await _docker.InspectAsync(name, "{{.State.Status}}"));
        await _docker.OkAsync($"rm {name}");
        await Traces.AssertNoneNewAsync(engine, before);
    }

    [QuaidFact]
    public async Task Images_containers_and_volumes_outlive_a_restart_of_the_daemon()
    {
        string name = engine.Name();
        string volume = engine.Name("vol");
        await _docker.RunAsync($"run --name {name} -v {volume}:/v -l kept=yes {Image} sh -c 'echo stored > /v/file; echo written > /home/file; echo logged; exit 3'");
        string id = await _docker.InspectAsync(name, "{{.Id}}");
        string running = engine.Name();
        await _docker.OkAsync($"run -d --name {running} {Image} sleep 1000");
        string pid = await _docker.InspectAsync(running, "{{.State.Pid}}");
        string images = await _docker.OkAsync("images --format '{{.Repository}}:{{.Tag}} {{.ID}} {{.Size}}' --no-trunc");
        await engine.StopDaemonAsync();
        await engine.StartDaemonAsync();
        Assert.Equal(images, await _docker.OkAsync("images --format '{{.Repository}}:{{.Tag}} {{.ID}} {{.Size}}' --no-trunc"));
        Assert.Equal($"{id} exited 3 yes", await _docker.InspectAsync(name, "{{.Id}} {{.State.Status}} {{.State.ExitCode}} {{.Config.Labels.kept}}"));
        // --live-restore: running containers keep running.
        Assert.Equal($"running {pid}", await _docker.InspectAsync(running, "{{.State.Status}} {{.State.Pid}}"));
        (await _docker.RunAsync($"logs {name}")).Expect(0, "logged\n");
        (await _docker.RunAsync($"run --rm -v {volume}:/v {Image} cat /v/file")).Expect(0, "stored\n");
        await _docker.OkAsync($"rm -f {name} {running}");
        await _docker.OkAsync($"volume rm {volume}");
    }

    [QuaidFact]
    public async Task No_mount_of_a_running_container_is_seen_on_the_host()
    {
        string name = engine.Name();
        await _docker.OkAsync($"run -d --name {name} -v /etc:/host:ro --tmpfs /t {Image} sleep 1000");
        Assert.Empty(Traces.MountsOf(engine));
        await _docker.OkAsync($"rm -f {name}");
    }
}
