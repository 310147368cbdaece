namespace Quai.Cdi;

/// <summary>A device as a specification describes it.</summary>
/// <param name="Kind">Vendor and class, such as <c>vendor.com/gpu</c>.</param>
/// <param name="Name">Its name among those of the kind.</param>
/// <param name="Edits">What it changes of a container, with what all devices of the specification change.</param>
/// <param name="Annotations">What is said of it, with what is said of all of the specification.</param>
/// <param name="File">The specification's file.</param>
public sealed record NamedDevice(string Kind, string Name, DeviceEdits Edits, IReadOnlyDictionary<string, string> Annotations, string File)
{
    private const string AutoAllow = "org.mobyproject.buildkit.device.autoallow", ClassKey = "org.mobyproject.buildkit.device.class";

    /// <summary>The name by which it is asked for: <c>vendor.com/gpu=name</c>.</summary>
    public string FullName => $"{Kind}={Name}";

    /// <summary>Whether builds have it without anybody's leave.</summary>
    public bool IsAllowedToBuilds => Annotations.GetValueOrDefault(AutoAllow) == "true";

    /// <summary>A name of builds for several devices; null for none.</summary>
    public string? Class => Annotations.GetValueOrDefault(ClassKey);
}
