namespace Quai.EndToEnd.Tests.Files;

/// <summary>The mode of a tmpfs: that of the directory it covers.</summary>
public sealed class TmpfsModeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task A_tmpfs_takes_the_mode_of_the_directory_below_or_is_open_to_all_where_there_is_none()
    {
        string tag = engine.Name("modes");
        string box = engine.Name();
        await _docker.OkAsync($"run --name {box} {BusyboxImage.Name} sh -c 'mkdir -p /m/a /m/b /m/c; chmod 700 /m/a; chmod 2750 /m/b; ln -s a /m/link'");
        await _docker.OkAsync($"commit {box} {tag}");
        Assert.Equal(
            "700 2750 755 1777 1777 700",
            await _docker.OkAsync($"run --rm --tmpfs /m/a --tmpfs /m/b:size=1m --mount type=tmpfs,dst=/m/c --tmpfs /m/new --mount type=tmpfs,dst=/m/a/x {tag} sh -c 'echo $(stat -c %a /m/a /m/b /m/c /m/new /m/a/x /m/link/.)'"));
        Assert.Equal("700 ro", await _docker.OkAsync($"run --rm --tmpfs /m/a:ro {tag} sh -c 'echo $(stat -c %a /m/a) $(touch /m/a/x 2>/dev/null || echo ro)'"));
    }

    [QuaidFact]
    public async Task A_mode_that_is_asked_for_is_used()
    {
        // As runc does from 1.1.8 on; Debian 12's takes the directory's all the same.
        Assert.Equal("750", await _docker.OkAsync($"run --rm --tmpfs /etc:mode=0750 {BusyboxImage.Name} stat -c %a /etc"));
    }
}
