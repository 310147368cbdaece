namespace Quai.Build.Reasons;

/// <summary>How a build is asked to tell why its steps run, and by what clients know it.</summary>
public static class BuildReasons
{
    /// <summary>The attribute of a request by which a client asks for it.</summary>
    public const string Attribute = "quai-explain";

    /// <summary>What such warnings have as their address: they are nothing to be minded.</summary>
    public const string Url = "quai:reason";
}
