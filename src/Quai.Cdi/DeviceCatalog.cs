using Quai.Errors;
using Quai.Linux.Trees;

namespace Quai.Cdi;

/// <summary>
/// The devices that specifications of the container device interface describe, JSON or YAML in folders of the host. They are read when somebody asks, as drivers write them at any time.
/// Of two folders the later one counts; a device that one folder has twice cannot be had.
/// </summary>
/// <param name="folders">The folders.</param>
/// <example><code>DeviceEdits edits = new DeviceCatalog(["/etc/cdi", "/var/run/cdi"]).Resolve(["vendor.com/gpu=0"]);</code></example>
public sealed class DeviceCatalog(IReadOnlyList<string> folders)
{
    private const int LargestFile = 4 << 20;

    /// <summary>Where specifications usually are.</summary>
    public static IReadOnlyList<string> UsualFolders { get; } = ["/etc/cdi", "/var/run/cdi"];

    /// <summary>The folders.</summary>
    public IReadOnlyList<string> Folders => folders;

    /// <summary>Whether a text is a device's full name.</summary>
    public static bool IsName(string text) => DeviceNames.TryParse(text, out _, out _);

    /// <summary>All devices, in the order of their names.</summary>
    public IReadOnlyList<NamedDevice> List() => [.. Read([]).Values.OfType<NamedDevice>().OrderBy(d => d.FullName, StringComparer.Ordinal)];

    /// <summary>What devices change of a container.</summary>
    /// <param name="names">Their full names.</param>
    /// <exception cref="QuaiException">Kind InvalidParameter: there is no such device.</exception>
    public DeviceEdits Resolve(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return DeviceEdits.None;
        }

        List<string> faults = [];
        Dictionary<string, NamedDevice?> known = Read(faults);
        string[] missing = [.. names.Where(n => known.GetValueOrDefault(n) is null)];
        return missing.Length == 0 ? Together(names.Distinct().Select(n => known[n]!))
            : throw QuaiException.Invalid($"CDI device injection failed: unresolvable CDI devices {string.Join(", ", missing)}{Told(faults)}");
    }

    /// <summary>The devices that a step of a build asks for: by a full name, <c>KIND</c> for the first of a kind, <c>KIND=*</c> for all, or by the class that annotations give.</summary>
    /// <param name="pattern">What it asks for.</param>
    /// <exception cref="QuaiException">Kind NotFound: there is none.</exception>
    public IReadOnlyList<NamedDevice> Find(string pattern)
    {
        List<string> faults = [];
        NamedDevice[] all = [.. Read(faults).Values.OfType<NamedDevice>().OrderBy(d => d.FullName, StringComparer.Ordinal)];
        NamedDevice[] found = pattern.EndsWith("=*", StringComparison.Ordinal) ? [.. all.Where(d => d.Kind == pattern[..^2])]
            : pattern.Contains('=', StringComparison.Ordinal) ? [.. all.Where(d => d.FullName == pattern)]
            : pattern.Contains('/', StringComparison.Ordinal) ? [.. all.Where(d => d.Kind == pattern).Take(1)]
            : [.. all.Where(d => d.Class == pattern)];
        return found.Length > 0 ? found : throw QuaiException.NotFound($"device {pattern} was not found in {string.Join(", ", folders)}{Told(faults)}");
    }

    /// <summary>What several devices change together: those of one specification do not change twice what is common to them.</summary>
    public static DeviceEdits Together(IEnumerable<NamedDevice> devices)
    {
        DeviceEdits all = devices.Aggregate(DeviceEdits.None, (edits, device) => edits.With(device.Edits));
        return all with
        {
            Environment = [.. all.Environment.Distinct()],
            Nodes = [.. all.Nodes.Distinct()],
            Mounts = [.. all.Mounts.DistinctBy(m => (m.HostPath, m.ContainerPath, m.Type, string.Join(',', m.Options)))],
            Hooks = [.. all.Hooks.DistinctBy(h => (h.Moment, h.Path, string.Join('\n', h.Arguments), string.Join('\n', h.Environment), h.Timeout))],
        };
    }

    private static string Told(List<string> faults) => faults.Count == 0 ? "" : $" ({string.Join("; ", faults)})";

    private Dictionary<string, NamedDevice?> Read(List<string> faults)
    {
        Dictionary<string, NamedDevice?> known = new(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            Dictionary<string, NamedDevice?> here = new(StringComparer.Ordinal);
            foreach (NamedDevice device in FilesOf(folder).SelectMany(file => ReadFile(file, faults)))
            {
                if (!here.TryAdd(device.FullName, device))
                {
                    here[device.FullName] = null;
                    faults.Add($"{device.FullName} is in two files of {folder}");
                }
            }

            foreach ((string name, NamedDevice? device) in here)
            {
                known[name] = device;
            }
        }

        return known;
    }

    private static IEnumerable<string> FilesOf(string folder) => !Directory.Exists(folder) ? []
        : Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".json" or ".yaml" or ".yml").Order(StringComparer.Ordinal);

    // A pipe would keep whoever opens it waiting, and a device may never end.
    private static string ReadText(string file)
    {
        string real = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        return NodeStatusReader.TryRead(real) switch
        {
            { IsRegular: true, Size: <= LargestFile } => File.ReadAllText(real),
            { IsRegular: true } => throw QuaiException.Invalid($"{file}: it has more than {LargestFile >> 20} MiB"),
            _ => throw QuaiException.Invalid($"{file}: it is no regular file"),
        };
    }

    private static IReadOnlyList<NamedDevice> ReadFile(string file, List<string> faults)
    {
        try
        {
            return DeviceSpecification.Read(file, ReadText(file));
        }
        catch (Exception e) when (e is QuaiException or IOException or UnauthorizedAccessException)
        {
            faults.Add(e.Message);
            return [];
        }
    }
}
