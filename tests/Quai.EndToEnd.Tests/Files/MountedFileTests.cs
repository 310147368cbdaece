namespace Quai.EndToEnd.Tests.Files;

/// <summary><c>cp</c> to where something is mounted.</summary>
public sealed class MountedFileTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mounted_file_is_not_replaced_and_stays_mounted(bool running)
    {
        string name = engine.Name(), folder = engine.Scratch(name);
        await File.WriteAllTextAsync(folder + "/bound", "bound");
        await File.WriteAllTextAsync(folder + "/new", "new");
        await _docker.OkAsync($"run -d --name {name} -v {folder}/bound:/a/ro:ro -v {folder}/bound:/a/rw -v {folder}/dir:/b/dir {BusyboxImage.Name} sleep 600");
        if (!running)
        {
            await _docker.OkAsync($"stop -t 0 {name}");
        }

        foreach ((string target, string file) in (IEnumerable<(string, string)>)[("/a/ro", "ro"), ("/a/rw", "rw"), ("/etc/hosts", "hosts"), ("/etc/hostname", "hostname"), ("/etc/resolv.conf", "resolv.conf")])
        {
            (await _docker.RunAsync($"cp {folder}/new {name}:{target}")).ExpectFailure(1, $"RemoveAll {file}: device or resource busy");
        }

        await _docker.OkAsync($"cp {folder}/new {name}:/b/dir/inside");
        Assert.Equal("new", await File.ReadAllTextAsync(folder + "/dir/inside"));
        Assert.Equal("bound", await File.ReadAllTextAsync(folder + "/bound"));
        if (!running)
        {
            await _docker.OkAsync($"start {name}");
        }

        Assert.Equal("bound bound 3 new", await _docker.OkAsync($"exec {name} sh -c 'echo $(cat /a/ro) $(cat /a/rw) $(grep -c \" /etc/[hr]\" /proc/mounts) $(cat /b/dir/inside)'"));
    }

    [Fact]
    public async Task A_directory_with_a_mount_in_it_is_not_replaced()
    {
        string name = engine.Name(), folder = engine.Scratch(name);
        await File.WriteAllTextAsync(folder + "/bound", "bound");
        await _docker.OkAsync($"run -d --name {name} -v {folder}/bound:/a/b/c/f -v {folder}/dir:/d/e {BusyboxImage.Name} sleep 600");
        foreach (string top in (string[])["a", "d"])
        {
            // The client itself refuses this; the engine does if it is not told to.
            string tar = $"{folder}/{top}.tar";
            await File.WriteAllBytesAsync(tar, TestImage.Tar(TestImage.File(top, "x")));
            CommandResult result = await _docker.ShellAsync($"curl -s --unix-socket {engine.Host["unix://".Length..]} -X PUT -T {tar} 'http://d/containers/{name}/archive?path=/'");
            Assert.Contains("device or resource busy", result.Stdout, StringComparison.Ordinal);
        }

        Assert.Equal("bound 1", await _docker.OkAsync($"exec {name} sh -c 'echo $(cat /a/b/c/f) $(grep -c \" /d/e \" /proc/mounts)'"));
    }
}
