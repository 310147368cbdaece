using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Files;

/// <summary>Files that the engine creates for a container or shows to it: written in the wrong place, with injected content, or revealing the host.</summary>
public sealed class ContainerFileEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_attacks =
    [
        new("read-only root: /etc/hosts is written all the same", scene => WrittenAsync(scene, "/etc/hosts")),
        new("read-only root: /etc/hostname is written all the same", scene => WrittenAsync(scene, "/etc/hostname")),
        new("read-only root: /etc/resolv.conf is written all the same", scene => WrittenAsync(scene, "/etc/resolv.conf")),
        new("GHSA-6fw5-f8r9-fgfm: /proc/interrupts tells when the host's keys are pressed", InterruptsAsync),
        new("injection: a line feed in a hostname writes a line of /etc/hosts", scene => InjectedAsync(scene, "--hostname", "box", "6.6.6.6 registry.example", "/etc/hosts")),
        new("injection: a line feed in a domain name writes a line of /etc/hosts", scene => InjectedAsync(scene, "--hostname box --domainname", "example", "6.6.6.6 registry.example", "/etc/hosts")),
        new("injection: a line feed in a DNS option writes a line of /etc/resolv.conf", scene => InjectedAsync(scene, "--dns-option", "ndots:1", "nameserver 6.6.6.6", "/etc/resolv.conf")),
        new("cgroup parent: '..' leads out of the hierarchies", CgroupAsync),
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> WrittenAsync(Scene scene, string file)
    {
        CommandResult run = await scene.Docker.RunAsync($"run --rm --read-only {BusyboxImage.Name} sh -c \"echo mine >>{file} && cat {file}\"");
        return run.ExitCode == 0 && run.Stdout.Contains("mine", StringComparison.Ordinal) ? $"{file} was written" : null;
    }

    private static async Task<string?> InterruptsAsync(Scene scene)
    {
        CommandResult run = await scene.Docker.RunAsync($"run --rm {BusyboxImage.Name} cat /proc/interrupts");
        return run.Stdout.Contains("CPU0", StringComparison.Ordinal) ? "the host's interrupts were counted" : null;
    }

    private static async Task<string?> InjectedAsync(Scene scene, string option, string first, string line, string file)
    {
        CommandResult run = await scene.Docker.RunAsync($"run --rm {option} '{first}\n{line}' {BusyboxImage.Name} cat {file}");
        return run.Stdout.Split('\n').Any(l => l.StartsWith(line, StringComparison.Ordinal)) ? $"{file} holds the line '{line}'" : null;
    }

    private static async Task<string?> CgroupAsync(Scene scene)
    {
        string folder = scene.Scratch();
        CommandResult run = await scene.Docker.RunAsync($"run --rm --cgroup-parent /../../../../../../../..{folder}/made {BusyboxImage.Name} cat /proc/self/cgroup");
        return Directory.Exists(Path.Combine(folder, "made")) ? "directories were made outside of the hierarchies"
            : run.ExitCode == 0 ? "the container runs in a cgroup of another place"
            : null;
    }
}
