using System.Globalization;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Mandatory;

/// <summary>
/// Ways out that capabilities and the system call filter leave open when a user opens them, and that the profile <c>docker-default</c> closes. Where the kernel
/// has no AppArmor nothing closes them: there the same container, asked to be confined, must not start. The controls are not confined.
/// </summary>
[Collection(MandatoryAccessCollection.Name)]
public sealed class AppArmorEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const string Image = BusyboxImage.Name, Unconfined = "--security-opt apparmor=unconfined", Administrator = "--cap-add SYS_ADMIN --security-opt seccomp=unconfined",
        OpenPaths = "--security-opt systempaths=unconfined";

    private static readonly string s_confined = MandatoryAccess.AppArmor ? "" : "--security-opt apparmor=docker-default";

    // A kernel may be built without.
    private static readonly bool s_hasSysRq = File.Exists("/proc/sysrq-trigger");

    private static readonly Attack[] s_attacks =
    [
        Run("CVE-2022-0492: a cgroup hierarchy of its own, for its release_agent", "--cgroupns host " + Administrator,
            "mkdir /tmp/c && mount -t cgroup -o none,name=quaiescape cgroup /tmp/c && test -e /tmp/c/release_agent && echo release_agent is there; umount /tmp/c"),
        Run("mount: a procfs of its own, without masks", Administrator, "mkdir /tmp/p && mount -t proc proc /tmp/p && test -w /tmp/p/sys/kernel/core_pattern && echo an unmasked procfs"),
        Run("mount: a sysfs of its own, writable", Administrator, "mkdir /tmp/s && mount -t sysfs sysfs /tmp/s && test -w /tmp/s/kernel/profiling && echo a writable sysfs"),
        Run("mount: /sys made writable again", Administrator, "mount -o remount,rw /sys && echo /sys is writable"),
        Run("mount: the root bound over a masked folder", Administrator, "mount --bind / /sys/firmware && ls -d /sys/firmware/bin"),
        Run("mount: propagation of the root changed", Administrator, "mount --make-rshared / && echo shared"),
        Run("pivot_root: another root", Administrator, "mkdir /dev/shm/old && cd /dev/shm && busybox pivot_root . old && echo another root"),
        Run("CVE-2022-0811: core_pattern, a program that the host runs", OpenPaths,
            "cat /proc/sys/kernel/core_pattern >/tmp/p && cat /tmp/p >/proc/sys/kernel/core_pattern && echo core_pattern is writable"),
        Run("procfs: a setting of all of the host's memory", OpenPaths, "cat /proc/sys/vm/swappiness >/tmp/p && cat /tmp/p >/proc/sys/vm/swappiness && echo vm.swappiness is writable"),
        .. s_hasSysRq ? [Run("CVE-2025-31133: sysrq-trigger, when masks are gone", OpenPaths, ": >/proc/sysrq-trigger && echo sysrq-trigger is writable")] : Array.Empty<Attack>(),
        OnHostProcess("ptrace: the root of a host's process", "--pid host --cap-add SYS_PTRACE", "ls /proc/PID/root/"),
        OnHostProcess("ptrace: the environment of a host's process", "--pid host --cap-add SYS_PTRACE", "cat /proc/PID/environ"),
        OnHostProcess("ptrace: the working directory of a host's process", "--pid host --cap-add SYS_PTRACE", "readlink /proc/PID/cwd"),
        OnHostProcess("signal: to a process of the host", "--pid host", "kill -CONT PID && echo signalled"),
        Exec("exec --privileged: a mount in a confined container", "--security-opt seccomp=unconfined", "mkdir /tmp/m && mount -t tmpfs none /tmp/m && echo mounted"),
        Exec("exec --privileged: core_pattern from a confined container", OpenPaths, "cat /proc/sys/kernel/core_pattern >/tmp/p && cat /tmp/p >/proc/sys/kernel/core_pattern && echo core_pattern is writable"),
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static Attack Run(string name, string options, string script)
    {
        return new Attack(name, scene => TryAsync(scene, s_confined)) { Opened = scene => TryAsync(scene, Unconfined) };

        async Task<string?> TryAsync(Scene scene, string confinement) =>
            Gain(await scene.Docker.RunAsync($"run --rm --network none {options} {confinement} {Image} sh -c '{script}'"));
    }

    private static Attack OnHostProcess(string name, string options, string script)
    {
        return new Attack(name, scene => TryAsync(scene, s_confined)) { Opened = scene => TryAsync(scene, Unconfined) };

        async Task<string?> TryAsync(Scene scene, string confinement)
        {
            await using RunningCommand process = RunningCommand.Start("sleep", ["1000"]);
            string line = script.Replace("PID", process.Pid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            return Gain(await scene.Docker.RunAsync($"run --rm --network none {options} {confinement} {Image} sh -c '{line}'"));
        }
    }

    private static Attack Exec(string name, string options, string script)
    {
        return new Attack(name, scene => TryAsync(scene, s_confined)) { Opened = scene => TryAsync(scene, Unconfined) };

        async Task<string?> TryAsync(Scene scene, string confinement)
        {
            string container = scene.Engine.Name();
            CommandResult start = await scene.Docker.RunAsync($"run -d --name {container} --network none {options} {confinement} {Image} sleep 1000");
            return start.ExitCode == 0 ? Gain(await scene.Docker.RunAsync($"exec --privileged {container} sh -c '{script}'")) : Gain(start);
        }
    }

    /// <summary>What a script that got through printed.</summary>
    private static string? Gain(CommandResult result)
    {
        // An engine that cannot start containers at all is no defence.
        Assert.True(result.ExitCode is not (125 or 126 or 127) || result.Stderr.Contains("AppArmor is not enabled on this host", StringComparison.Ordinal), result.ToString());
        return result.Text.Length > 0 ? result.Text.Split('\n')[^1] : null;
    }
}
