using Quai.BuildProtocol.Llb;
using Platform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Requests;

/// <summary>What a build of a Dockerfile is asked for.</summary>
internal sealed record BuildRequest
{
    /// <summary>The Dockerfile's path in its directory.</summary>
    public string FileName { get; init; } = "Dockerfile";

    /// <summary>The stage that is wanted; empty for the last.</summary>
    public string Target { get; init; } = "";

    /// <summary>The platforms to build for; empty for this machine's.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>Whether there are results by platform even if there is one platform.</summary>
    public bool WantsSeveral { get; init; }

    /// <summary>Stages that are built anew; empty for all, null for none.</summary>
    public IReadOnlyList<string>? WithoutCache { get; init; }

    /// <summary>Values for ARG.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels for the image, by name.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Contexts by name: <c>docker-image://…</c>, <c>local:…</c>, <c>input:…</c>, an address.</summary>
    public IReadOnlyDictionary<string, string> Contexts { get; init; } = new Dictionary<string, string>();

    /// <summary>Configurations of the images that inputs are, as JSON by the input's name.</summary>
    public IReadOnlyDictionary<string, string> InputMetadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The graphs that inputs are.</summary>
    public IReadOnlyDictionary<string, Definition> Inputs { get; init; } = new Dictionary<string, Definition>();

    /// <summary>The main context's address; empty for the client's directory.</summary>
    public string Context { get; init; } = "";

    /// <summary>The name of the client's directory that is the context.</summary>
    public string ContextName { get; init; } = "context";

    /// <summary>The name of the client's directory that the Dockerfile is in.</summary>
    public string FileContextName { get; init; } = "dockerfile";

    /// <summary>Where images are looked for: <c>default</c>, <c>pull</c> or <c>local</c>.</summary>
    public string ResolveMode { get; init; } = "default";

    /// <summary>What of the settings holds for each RUN.</summary>
    public RunSettings Run { get; init; } = new();

    /// <summary>What is asked instead of a build, such as <c>frontend.lint</c>; empty for a build.</summary>
    public string Question { get; init; } = "";
}
