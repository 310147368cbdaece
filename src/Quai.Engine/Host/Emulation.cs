using Quai.Oci.Images;

namespace Quai.Engine.Host;

/// <summary>
/// How the kernel runs programs of other processors: handlers in <c>binfmt_misc</c> (the kernel's <c>binfmt-misc.rst</c>), which
/// packages such as Debian's qemu-user-static set up. Read only: what the host runs is up to the host.
/// </summary>
/// <param name="folder">Where <c>binfmt_misc</c> is mounted.</param>
internal sealed class Emulation(string folder = "/proc/sys/fs/binfmt_misc")
{
    private const int MachineOffset = 18;

    // ELF machine numbers of Go's architectures, and whether they are big-endian.
    private static readonly Dictionary<string, (int Machine, bool BigEndian)> s_machines = new()
    {
        ["386"] = (3, false), ["amd64"] = (62, false), ["arm"] = (40, false), ["arm64"] = (183, false), ["loong64"] = (258, false),
        ["mips"] = (8, true), ["mips64"] = (8, true), ["mips64le"] = (8, false), ["mipsle"] = (8, false), ["ppc64"] = (21, true),
        ["ppc64le"] = (21, false), ["riscv64"] = (243, false), ["s390x"] = (22, true),
    };

    /// <summary>
    /// Why a program for a platform cannot run here, in words that say what to do; null if a handler is installed that works in
    /// containers too (flag F: its interpreter was opened when it was set up).
    /// </summary>
    public string? Missing(Platform platform)
    {
        string what = $"The image is for {platform}, this machine is {Platform.Host}";
        string advice = "install an emulator with a binfmt_misc handler on the host (on Debian: apt-get install qemu-user-static binfmt-support)";
        List<Handler> handlers = [.. Handlers().Where(h => h.IsFor(platform.Architecture))];
        return handlers.Exists(h => h is { Enabled: true, Fixed: true }) ? null
            : handlers.Find(h => h.Enabled) is { } loose ? $"{what}, and the emulator {loose.Interpreter} is not seen inside containers: set up its binfmt_misc handler {loose.Name} with flag F"
            : handlers is [var off, ..] ? $"{what}, and the binfmt_misc handler {off.Name} is disabled: echo 1 > {Path.Combine(folder, off.Name)}"
            : $"{what} and has no emulation for it: {advice}";
    }

    private IEnumerable<Handler> Handlers()
    {
        bool on = !File.Exists(Path.Combine(folder, "status")) || Read(Path.Combine(folder, "status")).StartsWith("enabled", StringComparison.Ordinal);
        foreach (string path in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            if (Path.GetFileName(path) is not ("status" or "register"))
            {
                yield return Parse(Path.GetFileName(path), Read(path), on);
            }
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Removed meanwhile.
            return "";
        }
    }

    private static Handler Parse(string name, string text, bool on)
    {
        string[] lines = text.Split('\n');
        string Value(string key) => lines.FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) is { } line ? line[key.Length..].Trim() : "";
        string magic = Value("magic ");
        return new Handler(
            name,
            on && lines[0] == "enabled",
            Value("interpreter "),
            Value("flags:").Contains('F', StringComparison.Ordinal),
            Value("offset ") is "0" && magic.Length % 2 == 0 && magic.All(char.IsAsciiHexDigit) ? Convert.FromHexString(magic) : []);
    }

    private sealed record Handler(string Name, bool Enabled, string Interpreter, bool Fixed, byte[] Magic)
    {
        public bool IsFor(string architecture)
        {
            if (!s_machines.TryGetValue(architecture, out (int Machine, bool BigEndian) wanted) || Magic.Length < MachineOffset + 2 || !Magic.AsSpan().StartsWith("\u007fELF"u8))
            {
                return false;
            }

            bool big = Magic[5] == 2;
            int machine = big ? (Magic[MachineOffset] << 8) + Magic[MachineOffset + 1] : Magic[MachineOffset] + (Magic[MachineOffset + 1] << 8);
            bool wide = architecture.Contains("64", StringComparison.Ordinal) || architecture == "s390x";
            return machine == wanted.Machine && big == wanted.BigEndian && (Magic[4] == 2) == wide;
        }
    }
}
