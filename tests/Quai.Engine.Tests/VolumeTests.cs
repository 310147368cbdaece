using Quai.Api.Containers;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests;

[Collection(nameof(TestEngine))]
public sealed class VolumeTests(TestEngine engine)
{
    [Fact]
    public async Task An_image_s_volume_is_filled_from_the_image_and_removed_with_the_container()
    {
        (int code, string output, string id) = await engine.RunAsync(["sh", "-c", "cat /filled/file /filled/sub/deep; stat -c '%u %a' /filled/file; echo more > /filled/new"], r => r.Image = "filled");
        Assert.Equal((0, "from the image\ndeep\n1000 600\n"), (code, output));
        MountPoint mount = Assert.Single((await engine.InspectAsync(id)).Mounts);
        Assert.Equal(("volume", "/filled", "local"), (mount.Type, mount.Destination, mount.Driver));
        Assert.Equal(64, mount.Name!.Length);
        Assert.True(engine.Engine.Volumes.Get(mount.Name).Anonymous);
        Assert.Equal("more\n", File.ReadAllText(Path.Combine(mount.Source, "new")));
        QuaiException e = await Assert.ThrowsAsync<QuaiException>(() => engine.Engine.Volumes.RemoveAsync(mount.Name, false, CancellationToken.None));
        Assert.Equal($"remove {mount.Name}: volume is in use - [{id}]", e.Message);
        await engine.RemoveAsync(id);
        Assert.Null(engine.Engine.Volumes.TryGet(mount.Name));
        Assert.False(Directory.Exists(Path.GetDirectoryName(mount.Source)));
    }

    [Fact]
    public async Task A_named_volume_keeps_what_containers_write()
    {
        (_, _, string first) = await engine.RunAsync(["sh", "-c", "echo kept > /data/file"], r => r.HostConfig!.Binds = ["named-volume:/data"]);
        (_, string output, string second) = await engine.RunAsync(["sh", "-c", "cat /data/file; touch /data/no 2>/dev/null || echo refused"], r => r.HostConfig!.Binds = ["named-volume:/data:ro"]);
        Assert.StartsWith("kept\n", output);
        Assert.Contains("refused", output);
        await engine.RemoveAsync(first);
        await engine.RemoveAsync(second);
        Assert.NotNull(engine.Engine.Volumes.TryGet("named-volume"));
        await engine.Engine.Volumes.RemoveAsync("named-volume", false, CancellationToken.None);
        Assert.False(Directory.Exists(Path.Combine(engine.DataRoot, "volumes", "named-volume")));
    }

    [Fact]
    public async Task Volumes_from_another_container_are_the_same()
    {
        string donor = await engine.CreateAsync(["true"], r => (r.Image, r.HostConfig!.Binds) = ("filled", ["shared-volume:/data"]));
        (_, string output, string id) = await engine.RunAsync(["sh", "-c", "cat /filled/file; echo x > /data/x"], r => r.HostConfig!.VolumesFrom = [donor]);
        Assert.Equal("from the image\n", output);
        Assert.Equal(2, engine.Engine.Volumes.UsersOf("shared-volume").Count);
        await engine.RemoveAsync(donor);
        await engine.RemoveAsync(id);
        await engine.Engine.Volumes.RemoveAsync("shared-volume", false, CancellationToken.None);
        Assert.DoesNotContain(engine.Engine.Volumes.List(), v => v.Anonymous);
    }

    [Fact]
    public async Task A_bind_s_missing_source_is_made_at_the_start()
    {
        string source = Path.Combine(engine.DataRoot, "bind-source");
        string id = await engine.CreateAsync(["sh", "-c", "echo x > /b/x"], r => r.HostConfig!.Binds = [$"{source}:/b"]);
        Assert.False(Directory.Exists(source));
        await engine.RunCreatedAsync(id);
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(source, "x")));
        MountPoint mount = Assert.Single((await engine.InspectAsync(id)).Mounts);
        Assert.Equal(("bind", source, true, "rprivate"), (mount.Type, mount.Source, mount.RW, mount.Propagation));
        await engine.RemoveAsync(id);
        Directory.Delete(source, recursive: true);
    }

    [Fact]
    public async Task A_tmpfs_has_its_options_and_is_no_mount_point_of_inspect()
    {
        (_, string output, string id) = await engine.RunAsync(["sh", "-c", "grep ' /scratch ' /proc/mounts"], r => r.HostConfig!.Tmpfs = new() { ["/scratch"] = "size=1m" });
        Assert.Contains("size=1024k", output);
        Assert.Empty((await engine.InspectAsync(id)).Mounts);
        await engine.RemoveAsync(id);
    }

    [Fact]
    public async Task A_volume_with_options_is_mounted_while_a_container_runs()
    {
        await engine.Engine.Volumes.CreateAsync(
            new Quai.Volumes.VolumeRequest("memory-volume", Options: new Dictionary<string, string> { ["type"] = "tmpfs", ["device"] = "tmpfs", ["o"] = "size=2m" }), CancellationToken.None);
        string id = await engine.StartAsync(["sleep", "100"], r => r.HostConfig!.Binds = ["memory-volume:/m"]);
        string folder = engine.Engine.Volumes.Get("memory-volume").Mountpoint;
        Assert.Contains(File.ReadLines("/proc/self/mountinfo"), l => l.Contains(folder));
        Assert.Contains("size=2048k", (await engine.ExecAsync(id, ["grep", " /m ", "/proc/mounts"])).Output);
        await engine.RemoveAsync(id);
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), l => l.Contains(folder));
        await engine.Engine.Volumes.RemoveAsync("memory-volume", false, CancellationToken.None);
    }
}
