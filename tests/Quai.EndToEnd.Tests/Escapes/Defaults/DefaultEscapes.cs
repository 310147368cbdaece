using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Defaults;

/// <summary>What a container with no options does not reach, and what reaches it once the one option is given that opens it.</summary>
public sealed class DefaultEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_attacks =
    [
        Shell("CVE-2022-0492: a cgroup hierarchy is mounted for its release agent",
            "mkdir /c; (mount -t cgroup -o memory c /c || mount -t cgroup2 c /c) 2>/dev/null && echo GAIN", "--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined"),
        Shell("core_pattern names a program of the container's (kernel helpers)",
            "v=$(cat /proc/sys/kernel/core_pattern); (echo \"$v\" >/proc/sys/kernel/core_pattern) 2>/dev/null && echo GAIN", "--privileged"),
        Shell("the kernel's memory limits are set", "v=$(cat /proc/sys/vm/overcommit_ratio); (echo $v >/proc/sys/vm/overcommit_ratio) 2>/dev/null && echo GAIN", "--privileged"),
        Shell("CVE-2018-10892 kind: the kernel's keys and timers are read",
            "head -c 1 /proc/timer_list /proc/keys 2>/dev/null | grep -q '[^<=> /a-z_]' && echo GAIN", "--security-opt systempaths=unconfined"),
        Shell("a device of the host's is opened by a node of the container's own: FUSE's",
            "mknod /d c 10 229 && (: </d) 2>/dev/null && echo GAIN", "--device-cgroup-rule 'c 10:229 r'"),
        Shell("the host's processes are seen", $"grep -q . /proc/{Environment.ProcessId}/cmdline 2>/dev/null && tr '\\0' ' ' </proc/{Environment.ProcessId}/cmdline | grep -qi quai && echo GAIN", "--pid host"),
        Shell("the host's network interfaces are set", "ip link set lo mtu 65535 2>/dev/null && echo GAIN", "--cap-add NET_ADMIN"),
        Shell("the clock is set", "date -s \"$(date '+%Y-%m-%d %H:%M:%S')\" 2>&1 | grep -q 'not permitted' || echo GAIN", "--cap-add SYS_TIME --security-opt apparmor=unconfined"),
        Shell("CVE-2024-40635: a user number that overflows", "[ $(id -u) = 0 ] && echo GAIN", "-u 0", always: "-u 4294967296"),
        Shell("CVE-2016-3697, CVE-2016-8867: a user of /etc/passwd that is a number has root's", "[ $(id -u) = 0 ] && echo GAIN", "-u root", always: "-u 1000"),
        new("CVE-2020-15257: sockets without a file of the host's", s => AbstractAsync(s, "")) { Opened = s => AbstractAsync(s, "--network host") },
        new("the host's shared memory", s => SharedMemoryAsync(s, "")) { Opened = s => SharedMemoryAsync(s, "--ipc host") },
        new("CVE-2022-23648: an image's volume is filled from the host", s => VolumeAsync(s, opened: false)) { Opened = s => VolumeAsync(s, opened: true) },
        new("CVE-2022-24769, CVE-2022-27649: inheritable capabilities", InheritableAsync) { Opened = InheritableOpenedAsync },
        new("CVE-2022-1227: top runs the image's ps", s => TopAsync(s, "top")) { Opened = s => TopAsync(s, "exec") },
        new("CVE-2022-36109, CVE-2023-25173: a group-less process reads what is closed to its group", s => GroupAsync(s, "-u 1000:50")) { Opened = s => GroupAsync(s, "-u 1000:1000") },
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory, MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory, MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static Attack Shell(string name, string script, string opening, string always = "") =>
        new(name, s => ShellAsync(s, script, always)) { Opened = s => ShellAsync(s, script, opening) };

    private static async Task<string?> ShellAsync(Scene scene, string script, string options)
    {
        string file = Path.Combine(scene.Scratch(), "attack");
        await File.WriteAllTextAsync(file, script);
        CommandResult result = await scene.Docker.RunAsync($"run --rm --name {scene.Engine.Name()} {options} -v {file}:/attack:ro {BusyboxImage.Name} sh /attack");
        return result.Stdout.Contains("GAIN", StringComparison.Ordinal) ? "done" : null;
    }

    private static async Task<string?> AbstractAsync(Scene scene, string options)
    {
        string name = "quai-escape-" + Guid.NewGuid().ToString("n");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint("\0" + name));
        socket.Listen();
        CommandResult seen = await scene.Docker.RunAsync($"run --rm --name {scene.Engine.Name()} {options} {BusyboxImage.Name} cat /proc/net/unix");
        return seen.Stdout.Contains(name, StringComparison.Ordinal) ? "saw a socket of the host's" : null;
    }

    private static async Task<string?> SharedMemoryAsync(Scene scene, string options)
    {
        string name = "quai-escape-" + Guid.NewGuid().ToString("n");
        await File.WriteAllTextAsync("/dev/shm/" + name, "x");
        try
        {
            CommandResult seen = await scene.Docker.RunAsync($"run --rm --name {scene.Engine.Name()} {options} {BusyboxImage.Name} ls /dev/shm");
            return seen.Stdout.Contains(name, StringComparison.Ordinal) ? "saw the host's shared memory" : null;
        }
        finally
        {
            File.Delete("/dev/shm/" + name);
        }
    }

    private static async Task<string?> VolumeAsync(Scene scene, bool opened)
    {
        (string path, string secret) = scene.HostSecret();
        string folder = Path.GetDirectoryName(path)!;
        TestImage image = new TestImage().WithBusybox();
        string volume = "/../../../../../../../../.." + folder;
        image.Config["config"]!["Volumes"] = new JsonObject { [volume] = new JsonObject() };
        string name = await scene.LoadAsync(image);
        CommandResult result = await scene.Docker.RunAsync(
            $"run --rm --name {scene.Engine.Name()} {(opened ? $"-v {folder}:{folder}" : "")} {name} sh -c 'cat {path} ..{path} $(find / -xdev -name secret 2>/dev/null)'");
        return result.Stdout.Contains(secret, StringComparison.Ordinal) ? "read the host's file" : null;
    }

    private static async Task<string?> InheritableAsync(Scene scene) =>
        GainOf((await scene.Docker.RunAsync($"run --rm --name {scene.Engine.Name()} {BusyboxImage.Name} grep CapInh /proc/self/status")).Stdout);

    private static async Task<string?> InheritableOpenedAsync(Scene scene)
    {
        await using Bundle bundle = (await Bundle.MakeAsync(scene)).Running("grep", "CapInh", "/proc/self/status");
        bundle.Config["process"]!["capabilities"]!["inheritable"] = new JsonArray("CAP_KILL");
        bundle.Config["process"]!["capabilities"]!["permitted"] = new JsonArray("CAP_KILL");
        bundle.Config["process"]!["capabilities"]!["bounding"] = new JsonArray("CAP_KILL");
        bundle.Config["process"]!["capabilities"]!["effective"] = new JsonArray("CAP_KILL");
        return GainOf((await bundle.RunAsync()).Stdout);
    }

    private static string? GainOf(string line) =>
        line.Contains("CapInh", StringComparison.Ordinal) && ulong.Parse(line.Trim()[^16..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) != 0 ? line.Trim() : null;

    private static async Task<string?> TopAsync(Scene scene, string how)
    {
        string name = scene.Engine.Name();
        string fake = Path.Combine(scene.Scratch(), "ps");
        await File.WriteAllTextAsync(fake, "#!/bin/sh\ntouch /ran\n");
        File.SetUnixFileMode(fake, (UnixFileMode)0b111_101_101);
        await scene.Docker.OkAsync($"run -d --name {name} -v {fake}:/bin/ps:ro {BusyboxImage.Name} sleep 1000");
        await scene.Docker.RunAsync(how == "top" ? $"top {name}" : $"exec {name} ps");
        return (await scene.Docker.RunAsync($"exec {name} test -e /ran")).ExitCode == 0 ? "the image's program ran" : null;
    }

    private static async Task<string?> GroupAsync(Scene scene, string user)
    {
        // Open to all others, closed to group 50: a process that is in that group and can drop it gains access.
        CommandResult result = await scene.Docker.RunAsync(
            $"run --rm --name {scene.Engine.Name()} {user} {BusyboxImage.Name} sh -c 'id -G | grep -qw 50 || echo GAIN'");
        return result.Stdout.Contains("GAIN", StringComparison.Ordinal) ? "the group is not among the process's" : null;
    }
}
