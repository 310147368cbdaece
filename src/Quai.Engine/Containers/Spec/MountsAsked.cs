namespace Quai.Engine.Containers.Spec;

/// <summary>A container's mounts as written in the request, to be shown again. Their meaning is in <see cref="ContainerSpec.Mounts"/>.</summary>
public sealed record MountsAsked
{
    /// <summary><c>-v</c> with a source.</summary>
    public IReadOnlyList<string>? Binds { get; init; }

    /// <summary><c>--mount</c>, as the JSON of the API.</summary>
    public string? Mounts { get; init; }

    /// <summary><c>--tmpfs</c>: options by path.</summary>
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }

    /// <summary><c>-v</c> without a source, and the image's volumes: paths.</summary>
    public IReadOnlyList<string>? Volumes { get; init; }

    /// <summary><c>--volumes-from</c>.</summary>
    public IReadOnlyList<string>? VolumesFrom { get; init; }

    /// <summary>The driver for volumes created for it; empty for the default.</summary>
    public string VolumeDriver { get; init; } = "";
}
