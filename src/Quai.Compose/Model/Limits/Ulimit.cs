using Quai.Compose.Yaml;

namespace Quai.Compose.Model.Limits;

/// <summary>A limit of processes.</summary>
public sealed record Ulimit
{
    /// <summary>The limit where soft and hard are the same; 0 where they are not.</summary>
    public long Single { get; init; }

    /// <summary>The soft limit.</summary>
    public long Soft { get; init; }

    /// <summary>The hard limit.</summary>
    public long Hard { get; init; }

    internal static Ulimit Read(ComposeMapping node) => new() { Single = node.Number("single"), Soft = node.Number("soft"), Hard = node.Number("hard") };

    internal ComposeNode Write(bool json) => Single != 0 ? ComposeScalar.Of(Single)
        : json ? new StructWriter(json).Number("soft", Soft).Number("hard", Hard).Done()
        : new StructWriter(json).NumberAlways("soft", Soft).NumberAlways("hard", Hard).Done();
}
