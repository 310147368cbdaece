using Quai.EndToEnd.Tests.Escapes.Harness;
using Xunit.Abstractions;

namespace Quai.EndToEnd.Tests.Escapes.Procfs;

/// <summary>Images that make the runtime mask and protect something else than the kernel's own files (CVE-2019-16884, CVE-2023-28642, CVE-2025-31133, CVE-2025-52565, CVE-2025-52881).</summary>
public sealed class ProcfsEscapes(Engines engines, ITestOutputHelper output) : EscapeTests(engines), IClassFixture<Engines>
{
    private readonly Engines _engines = engines;

    /// <summary>Every combination of where /proc leads, what it leads to in the end, and what is laid over the way.</summary>
    private static readonly ProcfsImage[] s_images =
    [
        .. from hop in (string[])["dev/p", "dev/shm/p", "tmp/a/p"]
           from end in (string[])["L", "a/b/c/L"]
           from way in (string[])["volume", "tmpfs", "bind", "nothing"]
           select new ProcfsImage(
               $"/proc -> /{hop} -> /{end}, {way} over /{hop}",
               [("proc", "/" + hop), (hop, "/" + end)],
               hop.StartsWith("tmp", StringComparison.Ordinal) ? ["tmp/a", end] : hop == "dev/p" ? [end] : ["dev/shm", end],
               way switch { "tmpfs" => $"--network host --tmpfs /{hop}", "bind" => $"-v {{bind}}:/{hop}", _ => "" },
               way == "volume" ? ["/" + hop] : []),
        new("/proc is a link to a folder", [("proc", "/L")], ["L"], ""),
        new("/proc is a relative link", [("proc", "dev/../L")], ["L"], ""),
        new("/proc leads up and down", [("proc", "../../../dev/p"), ("dev/p", "../L")], ["L"], "-v {bind}:/dev/p"),
        new("/proc is a link and a volume", [("proc", "/L")], ["L"], "", "/proc"),
        new("a volume at /proc", [], [], "", "/proc"),
        new("a tmpfs at /proc", [], [], "--tmpfs /proc"),
        new("a folder at /proc", [], [], "-v {bind}:/proc"),
        new("a volume at /proc/sys", [], [], "", "/proc/sys"),
        new("a tmpfs over /proc/sys by a link", [("L", "/proc/sys")], [], "--tmpfs /L"),
        new("a folder over /proc/sys by a link in a link", [("L", "/M"), ("M", "proc/sys")], [], "-v {bind}:/L"),
        new("/sys is a link to /proc", [("sys", "/proc")], [], ""),
        new("/dev is a link to /proc", [("dev", "/proc")], [], ""),
        new("/sys -> /dev/s -> /L, volume over /dev/s", [("sys", "/dev/s"), ("dev/s", "/L")], ["L"], "", "/dev/s"),
        new("/dev is a link", [("dev", "/L")], ["L"], "", "/L/null"),
        new("a volume at /dev without devices", [], [], "", "/dev"),
        new("a volume over /sys/devices/virtual", [], [], "", "/sys/devices/virtual"),
        new("a volume over /sys", [], [], "", "/sys"),
    ];

    // Those that the version without a guard lets through; the others it withstands, or refuses, for other reasons.
    private static readonly Attack[] s_attacks =
        [.. s_images.Where(i => i.Name.EndsWith("over /dev/p", StringComparison.Ordinal) || i.Name.EndsWith("over /dev/shm/p", StringComparison.Ordinal))
            .Where(i => !i.Name.Contains("nothing", StringComparison.Ordinal))
            .Select((i, n) => new Attack($"CVE-2025-{(n % 2 == 0 ? 31133 : 52881)}, CVE-2019-16884: {i.Name}", i.TryAsync))];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    public static TheoryData<string> Images => [.. s_images.Select(i => i.Name)];

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    [Theory, MemberData(nameof(Images))]
    public async Task No_image_starts_with_a_procfs_whose_masks_are_missing(string name)
    {
        (string? gain, bool started, string words) = await s_images.Single(i => i.Name == name).StartAsync(new Scene(_engines.Today, TestEnvironment.BinDirectory, IsFirstVersion: false));
        output.WriteLine($"{name}: {(gain is not null ? gain : started ? "starts, masked" : "refused: " + words)}");
        Assert.Null(gain);
    }

    [Fact]
    public async Task The_benign_image_starts_masked()
    {
        (string? gain, bool started, string words) = await new ProcfsImage("benign", [], [], "").StartAsync(new Scene(_engines.Today, TestEnvironment.BinDirectory, IsFirstVersion: false));
        Assert.True(started, words);
        Assert.Null(gain);
    }

    [Fact]
    public async Task Links_that_lead_to_nothing_yet_are_mount_points_inside_the_root()
    {
        DockerClient docker = _engines.Today.Docker;
        Scene scene = new(_engines.Today, "", IsFirstVersion: false);
        string image = await scene.LoadAsync(new TestImage().WithBusybox().WithLayer(TestImage.Tar(
            TestImage.Folder("etc/"), TestImage.Link("etc/resolv.conf", "../run/systemd/resolve/stub.conf"), TestImage.Link("data", "/private/data"), TestImage.Link("app", "srv/app"))));
        string folder = scene.Scratch();
        await File.WriteAllTextAsync(Path.Combine(folder, "file"), "there");
        (await docker.RunAsync($"run --rm -v {folder}:/data -w /app {image} sh -c 'cat /private/data/file; pwd -P; test -s /run/systemd/resolve/stub.conf && echo resolv'")).Expect(0, "there/srv/app\nresolv\n");
        Assert.False(Directory.Exists("/private/data"));
    }

    [Fact]
    public async Task Devices_go_into_the_mount_at_dev_whatever_lies_over_it()
    {
        string folder = _engines.Today.Scratch("dev-by-link");
        Scene scene = new(_engines.Today, "", IsFirstVersion: false);
        string image = await scene.LoadAsync(new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.Link("link", "/dev"))));
        await _engines.Today.Docker.RunAsync($"run --rm -v {folder}:/link {image} true");
        Assert.DoesNotContain(Directory.GetFileSystemEntries(folder), e => Path.GetFileName(e) is "null" or "zero" or "fd" or "stdin");
    }

    [Fact]
    public async Task What_is_permitted_over_proc_and_dev_still_works()
    {
        DockerClient docker = _engines.Today.Docker;
        string uptime = Path.Combine(_engines.Today.Scratch("lxcfs"), "uptime");
        await File.WriteAllTextAsync(uptime, "1.00 1.00\n");
        (await docker.RunAsync($"run --rm -v {uptime}:/proc/uptime {BusyboxImage.Name} cat /proc/uptime")).Expect(0, "1.00 1.00\n");
        (await docker.RunAsync($"run --rm -v /proc:/host {BusyboxImage.Name} sh -c 'test -e /host/self && echo yes'")).Expect(0, "yes\n");
        (await docker.RunAsync($"run --rm -v /dev:/dev {BusyboxImage.Name} sh -c 'test -c /dev/null && head -c 1 /proc/timer_list | wc -c'")).Expect(0, "0\n");
    }
}
