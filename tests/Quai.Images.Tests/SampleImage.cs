using System.Security.Cryptography;
using System.Text;

namespace Quai.Images.Tests;

/// <summary>A small image as a docker-archive of the old layout, made by hand.</summary>
internal static class SampleImage
{
    public static byte[] BaseLayer { get; } = new RawTar()
        .Directory("bin/").Add("bin/sh", '0', "#!", mode: 0x1ed).Directory("etc/").File("etc/old", "old").File("etc/passwd", "root").End();

    public static byte[] TopLayer { get; } = new RawTar().Directory("etc/").File("etc/.wh.old").File("etc/new", new string('n', 5000)).End();

    public static string DiffId(byte[] layer) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(layer));

    public static string Config(params byte[][] layers) =>
        $$"""
        {"architecture":"amd64","os":"linux","created":"2024-01-02T03:04:05.123456789Z","config":{"Cmd":["sh"],"Env":["A=b"]},"rootfs":{"type":"layers","diff_ids":[{{string.Join(',', layers.Select(l => $"\"{DiffId(l)}\""))}}]},"history":[{"created":"2024-01-01T00:00:00Z","created_by":"base"},{"created":"2024-01-02T00:00:00Z","created_by":"ENV A=b","empty_layer":true},{"created":"2024-01-02T03:04:05Z","created_by":"top","comment":"c"}]}
        """;

    public static string Id(params byte[][] layers) => DiffId(Encoding.UTF8.GetBytes(Config(layers)));

    public static byte[] Archive(string? name, params byte[][] layers)
    {
        using var bytes = new MemoryStream();
        string config = Config(layers);
        var tar = new RawTar();
        for (int i = 0; i < layers.Length; i++)
        {
            tar.Directory($"{i}/").File($"{i}/layer.tar", Encoding.Latin1.GetString(layers[i]));
        }

        string names = name is null ? "null" : $"[\"{name}\"]";
        tar.File("config.json", config);
        tar.File("manifest.json", $$"""[{"Config":"config.json","RepoTags":{{names}},"Layers":[{{string.Join(',', layers.Select((_, i) => $"\"{i}/layer.tar\""))}}]}]""");
        return tar.End();
    }
}
