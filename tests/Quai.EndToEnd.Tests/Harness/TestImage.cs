using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>An image made by hand, good or bad, as blobs by digest: to be loaded as an archive or served by a registry.</summary>
public sealed class TestImage
{
    /// <summary>OCI's media type of a manifest.</summary>
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>OCI's media type of an index.</summary>
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    private readonly JsonArray _layers = [];
    private readonly JsonArray _diffIds = [];
    private readonly List<string> _layerFiles = [];

    /// <summary>Everything by digest (<c>sha256:…</c>).</summary>
    public Dictionary<string, byte[]> Blobs { get; } = [];

    /// <summary>The config's JSON before the layers are put in; change it at will.</summary>
    public JsonObject Config { get; } = new()
    {
        ["architecture"] = Architecture,
        ["os"] = "linux",
        ["config"] = new JsonObject { ["Cmd"] = new JsonArray("sh"), ["Env"] = new JsonArray("PATH=/bin") },
    };

    /// <summary>This machine, as images name it.</summary>
    public static string Architecture => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>The digest of some bytes.</summary>
    public static string Digest(ReadOnlySpan<byte> bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A tar with these entries.</summary>
    public static byte[] Tar(params TarEntry[] entries)
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    /// <summary>A file for a layer.</summary>
    public static PaxTarEntry File(string name, string content, int mode = 0b110_100_100) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)), Mode = (UnixFileMode)mode };

    /// <summary>A folder for a layer.</summary>
    public static PaxTarEntry Folder(string name) => new(TarEntryType.Directory, name) { Mode = (UnixFileMode)0b111_101_101 };

    /// <summary>A symbolic or hard link for a layer.</summary>
    public static PaxTarEntry Link(string name, string target, bool hard = false) =>
        new(hard ? TarEntryType.HardLink : TarEntryType.SymbolicLink, name) { LinkName = target };

    /// <summary>Gzips.</summary>
    public static byte[] Gzip(byte[] plain)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return stream.ToArray();
    }

    /// <summary>Adds the layer of busybox that every test image stands on.</summary>
    public TestImage WithBusybox() => WithLayer(BusyboxImage.RootTar);

    /// <summary>Adds a layer; <paramref name="pretend"/> makes the manifest lie about its digest.</summary>
    public TestImage WithLayer(byte[] tar, bool gzip = true, string? pretend = null)
    {
        byte[] blob = gzip ? Gzip(tar) : tar;
        string digest = pretend ?? Digest(blob);
        Blobs[digest] = blob;
        _layerFiles.Add("blobs/sha256/" + digest["sha256:".Length..]);
        _diffIds.Add(Digest(tar));
        _layers.Add(new JsonObject
        {
            ["mediaType"] = gzip ? "application/vnd.oci.image.layer.v1.tar+gzip" : "application/vnd.oci.image.layer.v1.tar",
            ["digest"] = digest,
            ["size"] = blob.Length,
        });
        return this;
    }

    /// <summary>Finishes it: the manifest's bytes, put among the blobs too.</summary>
    public byte[] Manifest()
    {
        byte[] config = ConfigBytes();
        byte[] manifest = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciManifest,
            ["config"] = new JsonObject { ["mediaType"] = "application/vnd.oci.image.config.v1+json", ["digest"] = Digest(config), ["size"] = config.Length },
            ["layers"] = _layers.DeepClone(),
        }.ToJsonString());
        Blobs[Digest(manifest)] = manifest;
        return manifest;
    }

    /// <summary>An index over manifests by platform.</summary>
    public static byte[] Index(params (string Architecture, byte[] Manifest)[] manifests)
    {
        var list = new JsonArray();
        foreach ((string architecture, byte[] manifest) in manifests)
        {
            list.Add(new JsonObject
            {
                ["mediaType"] = OciManifest,
                ["digest"] = Digest(manifest),
                ["size"] = manifest.Length,
                ["platform"] = new JsonObject { ["architecture"] = architecture, ["os"] = "linux" },
            });
        }

        return Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = OciIndex, ["manifests"] = list }.ToJsonString());
    }

    /// <summary>As <c>docker save</c> wrote it before it wrote OCI layouts.</summary>
    public byte[] DockerArchive(string tag)
    {
        byte[] config = ConfigBytes();
        string configFile = Digest(config)["sha256:".Length..] + ".json";
        List<TarEntry> entries = [Bytes(configFile, config)];
        foreach (string layer in _layerFiles.Distinct())
        {
            entries.Add(Bytes(layer, Blobs["sha256:" + Path.GetFileName(layer)]));
        }

        entries.Add(File("manifest.json", new JsonArray(new JsonObject
        {
            [nameof(Config)] = configFile,
            ["RepoTags"] = new JsonArray(tag),
            ["Layers"] = new JsonArray([.. _layerFiles.Select(f => JsonValue.Create(f))]),
        }).ToJsonString()));
        return Tar([.. entries]);
    }

    /// <summary>As an OCI layout.</summary>
    /// <param name="annotations">Of the entry in its index.</param>
    /// <param name="manifest">Instead of the image's own manifest.</param>
    public byte[] OciArchive(JsonObject? annotations = null, byte[]? manifest = null)
    {
        byte[] top = manifest ?? Manifest();
        Blobs[Digest(top)] = top;
        var entry = new JsonObject { ["mediaType"] = OciManifest, ["digest"] = Digest(top), ["size"] = top.Length };
        if (annotations is not null)
        {
            entry["annotations"] = annotations.DeepClone();
        }

        return Tar(
            [
                File("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""),
                File("index.json", new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = OciIndex, ["manifests"] = new JsonArray(entry) }.ToJsonString()),
                .. Blobs.Select(b => Bytes("blobs/sha256/" + b.Key["sha256:".Length..], b.Value)),
            ]);
    }

    private byte[] ConfigBytes()
    {
        var whole = (JsonObject)Config.DeepClone();
        whole["rootfs"] ??= new JsonObject { ["type"] = "layers", ["diff_ids"] = _diffIds.DeepClone() };
        byte[] bytes = Encoding.UTF8.GetBytes(whole.ToJsonString());
        Blobs[Digest(bytes)] = bytes;
        return bytes;
    }

    private static PaxTarEntry Bytes(string name, byte[] content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = (UnixFileMode)0b110_100_100 };
}
