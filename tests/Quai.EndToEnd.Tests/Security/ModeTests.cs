using System.Formats.Tar;

namespace Quai.EndToEnd.Tests.Security;

/// <summary>The daemon keeps what it makes to itself; a container sees the modes that it always saw, whatever user it runs as.</summary>
public sealed class ModeTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;

    [Theory]
    [InlineData("sh -c umask", "0022")]
    [InlineData("stat -c %a:%u / /etc/hosts /etc/hostname /etc/resolv.conf /dev/shm /tmp", "755:0\n644:0\n644:0\n644:0\n1777:0\n1777:0")]
    [InlineData("sh -c 'cat /etc/hosts /etc/hostname /etc/resolv.conf >/dev/null && echo read'", "read")]
    [InlineData("find /sys/fs/cgroup -name nothing", "")]
    [InlineData("sh -c 'cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null; true'", "77")]
    public async Task A_user_inside_sees_what_everybody_sees(string command, string output) =>
        Assert.Equal(output, await _docker.OkAsync($"run --rm -u alice --pids-limit 77 {Image} {command}"));

    [Fact]
    public async Task A_volume_a_new_folder_and_a_mount_point_are_for_everybody_inside()
    {
        string container = engine.Name(), source = Path.Combine(engine.Scratch("binds"), "made", "below");
        await _docker.OkAsync($"create --name {container} -v {container}:/v/of/volume -v {source}:/b -w /w/new {Image} sh -c 'stat -c %a /v /v/of /v/of/volume /b /w /w/new && umask'");

        // Before the first start: the mount points are made by a copy.
        await RunningCommand.ShellAsync($"echo text >{engine.Scratch("binds")}/file");
        await _docker.OkAsync($"cp {engine.Scratch("binds")}/file {container}:/v/of/volume/file");
        Assert.Equal("755\n755\n755\n755\n755\n755\n0022", await _docker.OkAsync($"start -a {container}"));
        Assert.Equal("text", await _docker.OkAsync($"run --rm -u alice -v {container}:/v {Image} cat /v/file"));
        if (TestEnvironment.ForeignEngine is null)
        {
            Assert.Equal(("755\n755"), (await RunningCommand.ShellAsync($"stat -c %a {source} {Path.GetDirectoryName(source)}")).Trim());
        }

        await _docker.OkAsync($"rm -v {container}");
        await _docker.OkAsync($"volume rm {container}");
    }

    [Fact]
    public async Task An_images_modes_are_kept()
    {
        byte[] layer = TestImage.Tar(
            TestImage.File("data/implied/file", "x", 0b110_110_110),
            TestImage.File("data/suid", "x", 0b100_111_101_101),
            TestImage.File("data/sgid", "x", 0b010_111_101_101),
            new PaxTarEntry(TarEntryType.Directory, "data/drop") { Mode = (UnixFileMode)0b1_111_111_111 },
            new PaxTarEntry(TarEntryType.Fifo, "data/fifo") { Mode = (UnixFileMode)0b110_110_110 });
        string name = $"modes:{Guid.NewGuid():n}";
        Assert.Equal(0, (await _docker.RunAsync("load", new TestImage().WithBusybox().WithLayer(layer).DockerArchive(name))).ExitCode);
        const string Show = "sh -c 'cd /data && stat -c %a . implied implied/file suid sgid drop fifo'";
        const string Modes = "755\n755\n666\n4755\n2755\n1777\n666";
        Assert.Equal(Modes, await _docker.OkAsync($"run --rm {name} {Show}"));

        // Into a container and into an image of it, and out again and in.
        string container = engine.Name(), copy = engine.Name();
        await _docker.OkAsync($"create --name {container} {name} {Show}");
        await _docker.OkAsync($"create --name {copy} {Image} {Show}");
        (await _docker.ShellAsync($"docker cp -a {container}:/data - | docker cp -a - {copy}:/")).Expect(0);
        Assert.Equal(Modes, await _docker.OkAsync($"start -a {copy}"));
        await _docker.OkAsync($"commit {copy} {name}-2");
        Assert.Equal(Modes, await _docker.OkAsync($"run --rm {name}-2 {Show}"));
        (await _docker.ShellAsync($"docker export {copy} | docker import --change 'CMD [\"sh\"]' - {name}-3")).Expect(0);
        Assert.Equal(Modes, await _docker.OkAsync($"run --rm {name}-3 {Show}"));
        await _docker.OkAsync($"rm {container} {copy}");
        await _docker.OkAsync($"rmi {name} {name}-2 {name}-3");
    }

    [Fact]
    public async Task Containers_that_share_their_memory_do_so_as_any_user()
    {
        string donor = engine.Name();
        await _docker.OkAsync($"run -d --name {donor} --ipc shareable -u alice {Image} sh -c 'echo shared >/dev/shm/s; sleep 3600'");
        await Eventually.HoldsAsync(async () => (await _docker.RunAsync($"exec {donor} cat /dev/shm/s")).ExitCode == 0 ? null : "nothing is written");
        Assert.Equal("shared", await _docker.OkAsync($"run --rm --ipc container:{donor} -u nobody {Image} cat /dev/shm/s"));
        await _docker.OkAsync($"rm -f {donor}");
    }

    [QuaidFact]
    public async Task Nothing_of_the_daemons_is_open_to_others()
    {
        string container = engine.Name();
        await _docker.OkAsync($"run -d --name {container} -v {container}:/v --ipc shareable {Image} sh -c 'echo out; sleep 3600'");

        // The folders that a stranger would have to pass, and every file that lies outside what belongs to containers and images.
        string open = await RunningCommand.ShellAsync(
            $"cd {engine.Root} && find data exec -path '*/snapshots/*/fs' -prune -o -path '*/_data' -prune -o -path 'exec/shm/*' -prune -o -perm /007 ! -name hosts ! -name hostname ! -name resolv.conf ! -type l -print");
        Assert.Equal("", open);
        await _docker.OkAsync($"rm -fv {container}");
        await _docker.OkAsync($"volume rm {container}");
    }

    [QuaidFact]
    public async Task A_password_for_a_registry_is_written_nowhere()
    {
        string password = "secret-" + Guid.NewGuid().ToString("n");
        Assert.NotEqual(0, (await _docker.RunAsync($"login -u user -p {password} 127.0.0.1:1")).ExitCode);
        string coded = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"user:{password}"));
        CommandResult found = await RunningCommand.RunAsync("grep", ["-r", "-a", "-l", "-e", password, "-e", coded, $"{engine.Root}/data", $"{engine.Root}/exec", $"{engine.Root}/quaid.log"]);
        Assert.Equal("", found.Stdout);
    }

    [QuaidFact]
    public async Task The_daemon_and_its_shims_write_no_core_files_and_hand_on_no_environment()
    {
        string container = engine.Name();
        await _docker.OkAsync($"run -d --name {container} {Image} sleep 3600");
        int program = int.Parse(await _docker.InspectAsync(container, "{{.State.Pid}}"), System.Globalization.CultureInfo.InvariantCulture);
        string shim = File.ReadLines($"/proc/{program}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..].Trim();
        Assert.Equal("", File.ReadAllText($"/proc/{shim}/environ"));
        foreach (string pid in (string[])[shim, engine.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            Assert.Matches(@"Max core file size\s+0\s", await File.ReadAllTextAsync($"/proc/{pid}/limits"));
        }

        await _docker.OkAsync($"rm -f {container}");
    }
}
