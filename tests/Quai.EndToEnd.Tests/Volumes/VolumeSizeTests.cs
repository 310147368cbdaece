using System.Globalization;

namespace Quai.EndToEnd.Tests.Volumes;

/// <summary>Volumes of a limited size: <c>-o size=2m</c>. The daemon's data root is a file system with quotas of its own, where the kernel has them.</summary>
public sealed class VolumeSizeTests : IAsyncLifetime
{
    private const string Image = BusyboxImage.Name;
    private const uint FirstProject = 0x51000000;

    private readonly QuaidInstance _engine = new();
    private readonly DockerClient _docker;

    /// <summary>Prepares a data root with quotas.</summary>
    public VolumeSizeTests()
    {
        _docker = _engine.Docker;
        if (TestEnvironment.ForeignEngine is null && Kernel.ProjectQuotas)
        {
            string data = $"{_engine.Root}/data", disk = $"{_engine.Root}/scratch/disk";
            // It is unmounted, and the loop device goes, when everything of the instance does.
            _engine.Prelude = $"mountpoint -q {data} || (mkdir -p {data} {_engine.Root}/scratch && truncate -s 192M {disk} && mkfs.ext4 -q -O quota,project {disk} && mount -o loop,prjquota {disk} {data}) || exit 1;";
        }
    }

    /// <inheritdoc/>
    public Task InitializeAsync() => _engine.InitializeAsync();

    /// <inheritdoc/>
    public Task DisposeAsync() => _engine.DisposeAsync();

    [QuaidFact]
    public async Task A_volume_holds_as_much_as_was_said()
    {
        if (!Kernel.ProjectQuotas)
        {
            (await _docker.RunAsync("volume create -o size=2m limited")).ExpectFailure(1, "create limited: quota size requested but no quota support");
            (await _docker.RunAsync($"run --rm --mount type=volume,src=limited,dst=/v,volume-opt=size=2m {Image} true")).ExpectFailure(125, "quota size requested but no quota support");
            Assert.Equal("", await _docker.OkAsync("volume ls -q"));
            await _docker.OkAsync("volume create -o size=0 unlimited");
            await FitsAsync("unlimited", 4);
            return;
        }

        await _docker.OkAsync("volume create -o size=2m limited");
        await _docker.OkAsync("volume create -o size=6m wider");
        await _docker.OkAsync("volume create unlimited");
        Assert.Equal("map[size:2m]", await _docker.OkAsync("volume inspect -f '{{.Options}}' limited"));
        await DoesNotFitAsync("limited", 4);
        await FitsAsync("wider", 4);
        await DoesNotFitAsync("wider", 8);
        await FitsAsync("unlimited", 16);
        await FitsAsync("limited", 1);
        // What is below a folder that was made in it counts as well.
        (await _docker.RunAsync($"run --rm -v limited:/v {Image} sh -c 'mkdir -p /v/a/b && dd if=/dev/zero of=/v/a/b/file bs=1M count=4'")).ExpectFailure(1, "Disk quota exceeded");

        // As the kernel has it with ext4, this capability is one to exceed quotas; containers do not have it unless they are given it.
        await _docker.OkAsync($"run --rm --cap-add SYS_RESOURCE -v limited:/v {Image} dd if=/dev/zero of=/v/file bs=1M count=4");

        await _engine.StopDaemonAsync();
        await _engine.StartDaemonAsync();
        await DoesNotFitAsync("limited", 4);
        await _engine.KillDaemonAsync();
        await _engine.StartDaemonAsync();
        await DoesNotFitAsync("limited", 4);
        await FitsAsync("wider", 4);
    }

    [QuaidFact]
    public async Task A_volume_that_is_removed_gives_its_project_back()
    {
        if (!Kernel.ProjectQuotas)
        {
            (await _docker.RunAsync("volume create -o size=2m limited")).ExpectFailure(1, "create limited: quota size requested but no quota support");
            (await _docker.RunAsync("volume rm limited")).ExpectFailure(1, "get limited: no such volume");
            return;
        }

        await _docker.OkAsync("volume create -o size=2m first");
        await _docker.OkAsync("volume create -o size=2m second");
        await _docker.OkAsync("volume create unlimited");
        Assert.Equal(FirstProject, await ProjectAsync("first"));
        Assert.Equal(FirstProject + 1, await ProjectAsync("second"));
        Assert.Equal(0U, await ProjectAsync("unlimited"));
        await DoesNotFitAsync("first", 4);
        await _docker.OkAsync("volume rm first");
        await _docker.OkAsync("volume create -o size=6m third");
        Assert.Equal(FirstProject, await ProjectAsync("third"));
        await FitsAsync("third", 4);
        await DoesNotFitAsync("third", 8);

        // Nothing is limited that is not a volume's: a number that was given back limits nobody.
        await _docker.OkAsync("volume rm second third");
        string folder = $"{_engine.Root}/data/folder";
        await RunningCommand.ShellAsync($"mkdir {folder} && chattr -p {FirstProject.ToString(CultureInfo.InvariantCulture)} {folder} && chattr +P {folder}");
        await _docker.OkAsync($"run --rm -v {folder}:/v {Image} dd if=/dev/zero of=/v/file bs=1M count=16");
    }

    [QuaidFact]
    public async Task What_an_image_has_there_must_fit()
    {
        string container = _engine.Name();
        await _docker.OkAsync($"run --name {container} {Image} sh -c 'mkdir /v; dd if=/dev/zero of=/v/file bs=1M count=4'");
        await _docker.OkAsync($"commit {container} full:test");
        if (!Kernel.ProjectQuotas)
        {
            (await _docker.RunAsync("run --rm --mount type=volume,src=limited,dst=/v,volume-opt=size=2m full:test true")).ExpectFailure(125, "quota size requested but no quota support");
            return;
        }

        CommandResult result = await _docker.RunAsync("run --rm --mount type=volume,src=limited,dst=/v,volume-opt=size=2m full:test true");
        result.ExpectFailure(125, "failed to populate volume: cannot copy to ", "disk quota exceeded");
        // What did not fit takes up no room.
        Assert.Equal("", await _docker.OkAsync($"run --rm -v limited:/v {Image} ls /v"));
        await FitsAsync("limited", 1);
        Assert.Equal("4194304", await _docker.OkAsync("run --rm --mount type=volume,src=wider,dst=/v,volume-opt=size=6m full:test stat -c %s /v/file"));
    }

    [QuaidFact]
    public async Task A_copy_is_limited_too()
    {
        var quai = new DockerClient(_engine.Host, _engine.Scratch("quai"), Path.Combine(TestEnvironment.BinDirectory, "quai"));
        if (!Kernel.ProjectQuotas)
        {
            (await quai.RunAsync("volume create -o size=2m limited")).ExpectFailure(1, "create limited: quota size requested but no quota support");
            return;
        }

        await quai.OkAsync("volume create -o size=2m limited");
        await FitsAsync("limited", 1);
        await quai.OkAsync("volume clone limited copy");
        Assert.NotEqual(await ProjectAsync("limited"), await ProjectAsync("copy"));
        Assert.Equal("1048576", await _docker.OkAsync($"run --rm -v copy:/v {Image} stat -c %s /v/file"));
        await DoesNotFitAsync("copy", 4);
    }

    private async Task FitsAsync(string volume, int megabytes) => (await WriteAsync(volume, megabytes)).Expect();

    private async Task DoesNotFitAsync(string volume, int megabytes) => (await WriteAsync(volume, megabytes)).ExpectFailure(1, "Disk quota exceeded");

    private Task<CommandResult> WriteAsync(string volume, int megabytes) =>
        _docker.RunAsync($"run --rm -v {volume}:/v {Image} dd if=/dev/zero of=/v/file bs=1M count={megabytes.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The project that a volume's files count for.</summary>
    private async Task<uint> ProjectAsync(string volume)
    {
        string folder = await _docker.OkAsync($"volume inspect -f '{{{{.Mountpoint}}}}' {volume}");
        return uint.Parse((await RunningCommand.ShellAsync($"lsattr -pd {folder}")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }
}
