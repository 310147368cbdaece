namespace Quai.Oci.Images;

/// <summary>Media types of images: the OCI image specification's <c>media-types.md</c> and Docker's image manifest version 2, schema 2.</summary>
public static class MediaTypes
{
#pragma warning disable CS1591 // each is what its value says
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";
    public const string OciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string OciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    public const string DockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    public const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
    public const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
#pragma warning restore CS1591

    /// <summary>What a registry is asked for when a manifest is requested, best first.</summary>
    public static IReadOnlyList<string> Manifests { get; } = [OciIndex, DockerIndex, OciManifest, DockerManifest];

    /// <summary>Whether it is a list of manifests for several platforms.</summary>
    public static bool IsIndex(string? mediaType) => mediaType is OciIndex or DockerIndex;

    /// <summary>Whether it is one platform's manifest.</summary>
    public static bool IsManifest(string? mediaType) => mediaType is OciManifest or DockerManifest;

    /// <summary>Whether it says nothing about what a manifest is, as from plain file servers.</summary>
    public static bool IsGeneric(string? mediaType) =>
        mediaType is null or "" or "application/json" or "application/octet-stream" or "binary/octet-stream" || mediaType.StartsWith("text/", StringComparison.Ordinal);

    /// <summary>Whether it is an image's config (and not, say, a chart's).</summary>
    public static bool IsImageConfig(string? mediaType) => mediaType is OciConfig or DockerConfig or "application/octet-stream" or "application/json";
}
