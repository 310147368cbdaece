namespace Quai.Engine.Containers.Spec;

/// <summary>Where a container's output goes.</summary>
/// <param name="Driver"><c>json-file</c> or <c>none</c>.</param>
/// <param name="Options">The options in the words of the request and of the daemon.</param>
/// <param name="MaximumSize">Bytes of a file before the next is begun; 0 for no limit, null where nobody says.</param>
/// <param name="MaximumFiles">How many files are kept; null where nobody says.</param>
public sealed record LogSpec(string Driver, IReadOnlyDictionary<string, string> Options, long? MaximumSize, int? MaximumFiles)
{
    /// <summary>Whether nothing is kept.</summary>
    public bool IsNone => Driver == "none";

    /// <summary>Whether it is kept as a file of JSON lines.</summary>
    public bool IsFile => Driver == "json-file";
}
