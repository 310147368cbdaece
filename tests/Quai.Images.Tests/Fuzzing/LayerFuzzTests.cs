using System.Text;
using Quai.Archives;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Images.Tests.Fuzzing;

/// <summary>Layers and archives as an enemy would make them: they are unpacked or refused, and nothing beside the store changes.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class LayerFuzzTests
{
    private static readonly Func<Exception, bool> s_refusal = static e => e is QuaiException or LinuxException;

    [Fact]
    public Task A_layer_writes_nothing_outside() => HoldsAsync("layer", null, TarMutator.Mutate);

    [Fact]
    public Task A_packed_layer_writes_nothing_outside() => HoldsAsync("packed-layer", Packed.Gzip, ByteMutator.Mutate);

    [Fact]
    public void An_archive_of_files_stays_in_its_folder()
    {
        string folder = Directory.CreateTempSubdirectory("quai-fuzz-").FullName;
        try
        {
            using var outside = new Outside(folder);
            using FileDescriptor folderFd = FileCalls.OpenDirectory(folder);
            Fuzz.Holds(new Property("copied-archive", input =>
            {
                string root = Path.Combine(folder, "root");
                Directory.CreateDirectory(root + "/d/etc");
                File.CreateSymbolicLink(root + "/d/link", outside.Path);
                File.CreateSymbolicLink(root + "/d/up", "../../../outside");
                try
                {
                    using FileDescriptor rooted = FileCalls.OpenDirectory(root);
                    using var extractor = new TreeExtractor(rooted, "/d", new TreeExtractorOptions());
                    extractor.Extract(new TarReader(new MemoryStream(input)), CancellationToken.None);
                }
                finally
                {
                    outside.AssertUntouched();
                    Assert.Equal(["outside", "root"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
                    FileCalls.RemoveTree(folderFd.Number, "root");
                }
            })
            {
                Seeds = [SampleImage.BaseLayer, SampleImage.TopLayer], Generate = random => TarGenerator.Make(random, outside.Path), Mutate = TarMutator.Mutate, Refuses = s_refusal,
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_images_archive_is_loaded_or_refused()
    {
        await using var f = new StoreFixture();
        Fuzz.Holds(new Property("image-archive", async input =>
        {
            try
            {
                await f.Store.LoadAsync(new MemoryStream(input), [], f.Progress, default);
            }
            finally
            {
                f.Progress.Clear();
                Assert.Equal(["images", "meta.db", "meta.db-shm", "meta.db-wal"], Directory.EnumerateFileSystemEntries(f.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
                foreach (Image image in f.Store.List())
                {
                    await f.Store.RemoveAsync(image.Id, force: true, noPrune: false, static _ => [], default);
                }
            }
        })
        {
            Seeds = [SampleImage.Archive("fuzz:1", SampleImage.BaseLayer, SampleImage.TopLayer)], Generate = Archive, Mutate = TarMutator.Mutate, Refuses = s_refusal, MaxTime = TimeSpan.FromSeconds(5),
        });
        await f.AssertEmptyAsync();
    }

    private static async Task HoldsAsync(string name, Func<byte[], byte[]>? pack, Func<Random, byte[], byte[]> mutate)
    {
        await using var f = new StoreFixture();
        using var outside = new Outside(f.Root);
        byte[] Pack(byte[] tar) => pack is null ? tar : pack(tar);
        Fuzz.Holds(new Property(name, async input =>
        {
            try
            {
                Image image = await f.Store.ImportAsync(new MemoryStream(input), "fuzz:1", null, [], null, default);
                await f.Store.RemoveAsync(image.Id, force: true, noPrune: false, static _ => [], default);
            }
            finally
            {
                outside.AssertUntouched();
                Assert.Equal(["images", "meta.db", "meta.db-shm", "meta.db-wal", "outside"], Directory.EnumerateFileSystemEntries(f.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            }
        })
        {
            Seeds = [Pack(SampleImage.BaseLayer), Pack(SampleImage.TopLayer)], Generate = random => Pack(TarGenerator.Make(random, outside.Path)), Mutate = mutate, Refuses = s_refusal, MaxTime = TimeSpan.FromSeconds(5),
        });
        await f.AssertEmptyAsync();
    }

    /// <summary>An archive whose documents were changed as JSON; its layers' digests are right about half the time.</summary>
    private static byte[] Archive(Random random)
    {
        byte[] layer = random.Next(2) == 0 ? SampleImage.BaseLayer : TarGenerator.Make(random, "/nowhere");
        byte[] config = Encoding.UTF8.GetBytes(SampleImage.Config(layer));
        byte[] list = """[{"Config":"config.json","RepoTags":["fuzz:1"],"Layers":["0/layer.tar"]}]"""u8.ToArray();
        config = random.Next(2) == 0 ? JsonMutator.Mutate(random, config) : config;
        list = random.Next(2) == 0 ? JsonMutator.Mutate(random, list) : list;
        if (random.Next(3) == 0)
        {
            string digest = SampleImage.DiffId(config), of = SampleImage.DiffId(layer);
            byte[] manifest = Encoding.UTF8.GetBytes($$$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{{digest}}}}","size":{{{{config.Length}}}}},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{{{of}}}}","size":{{{{layer.Length}}}}}]}""");
            manifest = random.Next(2) == 0 ? JsonMutator.Mutate(random, manifest) : manifest;
            byte[] index = Encoding.UTF8.GetBytes($$$$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{{SampleImage.DiffId(manifest)}}}}","size":{{{{manifest.Length}}}},"annotations":{"org.opencontainers.image.ref.name":"fuzz:1"}}]}""");
            index = random.Next(2) == 0 ? JsonMutator.Mutate(random, index) : index;
            string Blob(byte[] content) => "blobs/sha256/" + SampleImage.DiffId(content)[7..];
            return new RawTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json", Text(index)).File(Blob(manifest), Text(manifest)).File(Blob(config), Text(config)).File(Blob(layer), Text(layer)).End();
        }

        return new RawTar().Directory("0/").File("0/layer.tar", Text(layer)).File("config.json", Text(config)).File("manifest.json", Text(list)).End();
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
