namespace Quai.Engine.Containers.Spec;

/// <summary>Where a container's output goes.</summary>
/// <param name="Driver"><c>json-file</c> or <c>none</c>.</param>
/// <param name="Options">The options as written in the request and the daemon's settings.</param>
/// <param name="MaximumSize">Bytes of a file before the next is started; 0 for no limit, null for the default.</param>
/// <param name="MaximumFiles">How many files are kept; null for the default.</param>
public sealed record LogSpec(string Driver, IReadOnlyDictionary<string, string> Options, long? MaximumSize, int? MaximumFiles)
{
    /// <summary>Whether nothing is kept.</summary>
    public bool IsNone => Driver == "none";

    /// <summary>Whether it is kept as a file of JSON lines.</summary>
    public bool IsFile => Driver == "json-file";
}
