namespace Quai.BuildClient.Builders;

/// <summary>What a builder says of itself.</summary>
/// <param name="Version">Its version; empty where it says none.</param>
/// <param name="Platforms">What it builds for, such as <c>linux/amd64</c>.</param>
/// <param name="Labels">Further facts by name.</param>
public sealed record BuilderInfo(string Version, IReadOnlyList<string> Platforms, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Whether it has content of its own, so that it can push what it builds. Docker's daemon with its older store of images cannot.</summary>
    public bool Pushes => Labels.ContainsKey("org.mobyproject.buildkit.worker.snapshotter");
}
