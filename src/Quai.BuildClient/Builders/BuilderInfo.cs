using Quai.BuildClient.Cache;

namespace Quai.BuildClient.Builders;

/// <summary>What a builder says of itself.</summary>
/// <param name="Package">The program that it is, such as <c>github.com/moby/buildkit</c>; empty where it does not say.</param>
/// <param name="Version">Its version; empty where it says none.</param>
/// <param name="Platforms">What it builds for, such as <c>linux/amd64</c>.</param>
/// <param name="Labels">Further facts by name.</param>
public sealed record BuilderInfo(string Package, string Version, IReadOnlyList<string> Platforms, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The rules by which it cuts its cache back.</summary>
    public IReadOnlyList<CachePrune> Rules { get; init; } = [];

    /// <summary>Whether its frontend knows practices beside the checks.</summary>
    public bool KnowsPractices => IsQuai;

    /// <summary>Whether its steps can be connected to the engine's networks by name.</summary>
    public bool JoinsNetworks => IsQuai;

    /// <summary>Whether it can tell why steps run.</summary>
    public bool Explains => IsQuai;

    private bool IsQuai => Package == "quai";

    /// <summary>Whether it has content of its own, so that it can push what it builds. Docker's daemon with its older store of images cannot.</summary>
    public bool Pushes => Labels.ContainsKey("org.mobyproject.buildkit.worker.snapshotter");
}
