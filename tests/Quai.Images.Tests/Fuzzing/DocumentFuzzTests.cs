using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Oci.Images;

namespace Quai.Images.Tests.Fuzzing;

/// <summary>Documents and archives with bytes changed: read or refused, never a crash of another kind.</summary>
public sealed class DocumentFuzzTests
{
    private const string Manifest = """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":7},
        "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":32654,"annotations":{"a":"b"}}]}
        """;

    private const string Index = """
        {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":7143,"platform":{"architecture":"arm64","os":"linux","variant":"v8"}}]}
        """;

    [Fact]
    public Task Images_documents() => Fuzz.RunAsync(random =>
    {
        Refused(() => ImageJson.ReadManifest(Fuzz.Mutate(random, Encoding.UTF8.GetBytes(Manifest))));
        Refused(() => ImageJson.ReadIndex(Fuzz.Mutate(random, Encoding.UTF8.GetBytes(Index))));
        Refused(() => ImageJson.ReadConfig(Fuzz.Mutate(random, Encoding.UTF8.GetBytes(SampleImage.Config(SampleImage.BaseLayer)))));
        Refused(() => ImageJson.DetectMediaType(Fuzz.Mutate(random, Encoding.UTF8.GetBytes(Manifest))));
        Refused(() => ImageReference.Parse(Encoding.UTF8.GetString(Fuzz.Mutate(random, "registry.example:5000/team/app:v1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"u8.ToArray()))));
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Archives()
    {
        await using var f = new StoreFixture();
        byte[] archive = SampleImage.Archive("fuzz:1", SampleImage.BaseLayer, SampleImage.TopLayer);
        await Fuzz.RunAsync(async random =>
        {
            try
            {
                await f.Store.LoadAsync(new MemoryStream(Fuzz.Mutate(random, archive)), [], f.Progress, default);
            }
            catch (Exception e) when (e is QuaiException or LinuxException)
            {
                Assert.InRange(e.Message.Length, 5, 6000);
            }

            f.Progress.Clear();
        });
        foreach (Image image in f.Store.List())
        {
            await f.Store.RemoveAsync(image.Id, force: true, noPrune: false, static _ => [], default);
        }

        await f.AssertEmptyAsync();
    }

    private static void Refused(Action read)
    {
        try
        {
            read();
        }
        catch (QuaiException e)
        {
            Assert.InRange(e.Message.Length, 5, 6000);
        }
    }
}
