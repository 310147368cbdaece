using System.Globalization;
using System.IO.Compression;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Images.Tests.Fuzzing;

/// <summary>Layers as an enemy would make them: they are unpacked or refused, and nothing beside the store changes.</summary>
public sealed class LayerFuzzTests
{
    private static readonly string[] Parts = ["a", "b", "c", "..", ".", "", "/", "link", ".wh.a", ".wh.link", ".wh..wh..opq", ".wh.", "\u00e9", "x\0y", "proc", "etc", "usr"];

    [Fact]
    public async Task Layers_write_nothing_outside()
    {
        await using var f = new StoreFixture();
        string outside = Path.Combine(f.Root, "outside");
        Directory.CreateDirectory(outside);
        await File.WriteAllTextAsync(Path.Combine(outside, "secret"), "untouched");
        await Fuzz.RunAsync(async random =>
        {
            byte[] tar = Layer(random, outside);
            await TryAsync(f, random.Next(3) == 0 ? Fuzz.Mutate(random, tar) : tar, random);
            Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(outside).Select(Path.GetFileName));
            Assert.Equal("untouched", await File.ReadAllTextAsync(Path.Combine(outside, "secret")));
            Assert.Equal(["images", "meta.db", "meta.db-shm", "meta.db-wal", "outside"], Directory.EnumerateFileSystemEntries(f.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        });
        await f.AssertEmptyAsync();
    }

    [Fact]
    public async Task Compressed_layers_crash_nothing()
    {
        await using var f = new StoreFixture();
        await Fuzz.RunAsync(async random =>
        {
            byte[] tar = Layer(random, "/nowhere");
            await TryAsync(f, Fuzz.Mutate(random, Compress(random, tar)), random);
        });
        await f.AssertEmptyAsync();
    }

    private static async Task TryAsync(StoreFixture f, byte[] layer, Random random)
    {
        try
        {
            string name = "fuzz:" + random.Next(1000).ToString(CultureInfo.InvariantCulture);
            Image image = await f.Store.ImportAsync(new MemoryStream(layer), name, null, [], null, default);
            await f.Store.RemoveAsync(image.Id, force: true, noPrune: false, static _ => [], default);
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            Assert.InRange(e.Message.Length, 5, 6000);
        }
    }

    private static byte[] Compress(Random random, byte[] tar)
    {
        using var bytes = new MemoryStream();
        switch (random.Next(2))
        {
            case 0:
                using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
                {
                    gzip.Write(tar);
                }

                break;
            default:
                using (var compressor = new ZstdSharp.CompressionStream(bytes, leaveOpen: true))
                {
                    compressor.Write(tar);
                }

                break;
        }

        return bytes.ToArray();
    }

    private static byte[] Layer(Random random, string outside)
    {
        var tar = new RawTar();
        for (int n = random.Next(1, 30); n > 0; n--)
        {
            string name = Name(random, outside), target = Name(random, outside);
            switch (random.Next(12))
            {
                case 0 or 1: tar.Directory(name, random.Next(0, 0x1000)); break;
                case 2: tar.Symlink(name, target); break;
                case 3: tar.Symlink("link", random.Next(2) == 0 ? outside : "../../../../.." + outside); break;
                case 4: tar.HardLink(name, target); break;
                case 5: tar.File("link/" + name, "through a link"); break;
                case 6: tar.Add(name, (char)random.Next(32, 127), "data", target, random.Next(0, 0x1000), random.Next(), random.Next(), random.NextInt64(-1, long.MaxValue)); break;
                case 7: tar.Pax(("path", name), ("linkpath", target), ("mtime", Text(random)), ("size", Text(random)), ("SCHILY.xattr.user." + Text(random), Text(random))); break;
                case 8: tar.Pax((Text(random), Text(random)), ("GNU.sparse.map", "0,1,5,9"), ("GNU.sparse.size", Text(random))); break;
                case 9: tar.Add("././@LongLink", random.Next(2) == 0 ? 'L' : 'K', name + new string('x', random.Next(300)) + "\0"); break;
                case 10: tar.Add(name, 'S', "sparse"); break;
                default: tar.File(name, new string('y', random.Next(2000)), mode: random.Next(0, 0x1000)); break;
            }
        }

        return random.Next(4) == 0 ? tar.Cut() : tar.End();
    }

    private static string Name(Random random, string outside)
    {
        string name = string.Join('/', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Parts[random.Next(Parts.Length)]));
        return random.Next(8) switch
        {
            0 => "/" + name,
            1 => "../../../../../../../.." + outside + "/" + name,
            2 => outside + "/planted",
            _ => name,
        };
    }

    private static string Text(Random random) => random.Next(6) switch
    {
        0 => "-1",
        1 => "99999999999999999999",
        2 => "1.5e9",
        3 => "",
        4 => new string('z', random.Next(500)),
        _ => random.Next().ToString(CultureInfo.InvariantCulture),
    };
}
