using System.Text;

namespace Quai.EndToEnd.Tests.Registries;

/// <summary>Pulls from registries that cut, lie, refuse or are mirrors.</summary>
public sealed class DownloadTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;
    private readonly TestImage _image = new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("hello", "whole\n")));

    [QuaidFact]
    public async Task A_cut_connection_goes_on_where_it_was()
    {
        string layer = BiggestBlob();
        using var registry = new BrokenRegistry(_image);
        registry.CutAfter[layer] = _image.Blobs[layer].Length / 3;
        string pull = await _docker.OkAsync($"pull 127.0.0.1:{registry.Port}/cut");
        Assert.Contains("Retrying in 1 second", pull, StringComparison.Ordinal);
        Assert.Contains(registry.Requests, r => r.EndsWith($"{layer} bytes={_image.Blobs[layer].Length / 3}-", StringComparison.Ordinal));
        (await _docker.RunAsync($"run --rm 127.0.0.1:{registry.Port}/cut cat /hello")).Expect(0, "whole\n");
        await _docker.OkAsync($"rmi 127.0.0.1:{registry.Port}/cut");
    }

    [QuaidFact]
    public async Task What_a_failed_pull_got_waits_for_the_next_also_over_a_restart()
    {
        string layer = BiggestBlob();
        int size = _image.Blobs[layer].Length;
        using var registry = new BrokenRegistry(_image);
        registry.CutAfter[layer] = 0;
        string name = $"127.0.0.1:{registry.Port}/again";

        // One third comes, then nothing any more.
        await using (RunningCommand pull = _docker.Start($"pull {name}"))
        {
            registry.CutAfter[layer] = size / 3;
            await Eventually.HoldsAsync(() => Blobs(registry, layer) >= 1 ? null : "the layer is not asked for");
            registry.CutAfter[layer] = 0;
            (await pull.WaitForExitAsync()).ExpectFailure(1, "unexpected EOF");
        }

        long before = new DirectoryInfo($"{engine.Root}/data/images/content/ingest").EnumerateFiles().Sum(f => f.Length);
        Assert.InRange(before, 1, size - 1);
        await engine.StopDaemonAsync();
        await engine.StartDaemonAsync();
        registry.Requests.Clear();
        registry.CutAfter.Clear();
        await _docker.OkAsync($"pull {name}");
        Assert.Equal([$"GET /v2/again/blobs/{layer} bytes={before}-"], registry.Requests.Where(r => r.Contains("/blobs/", StringComparison.Ordinal)));
        (await _docker.RunAsync($"run --rm {name} cat /hello")).Expect(0, "whole\n");
        Assert.Empty(Directory.EnumerateFiles($"{engine.Root}/data/images/content/ingest"));
        await _docker.OkAsync($"rmi {name}");
    }

    [QuaidFact]
    public async Task Prune_takes_what_failed_pulls_left()
    {
        string layer = BiggestBlob();
        using var registry = new BrokenRegistry(_image);
        registry.CutAfter[layer] = 1000;
        await using (RunningCommand pull = _docker.Start($"pull 127.0.0.1:{registry.Port}/left"))
        {
            await Eventually.HoldsAsync(() => Blobs(registry, layer) >= 2 ? null : "the layer is not asked for twice");
            await pull.SignalAsync("INT");
            await pull.WaitForExitAsync();
        }

        await Eventually.HoldsAsync(() => Directory.EnumerateFiles($"{engine.Root}/data/images/content/ingest").Any() ? null : "nothing was left");
        await Eventually.HoldsAsync(async () =>
        {
            await _docker.OkAsync("image prune -f");
            return Directory.EnumerateFiles($"{engine.Root}/data/images/content/ingest").Any() ? "prune left something" : null;
        });
    }

    [QuaidFact]
    public async Task Too_many_requests_wait_as_long_as_they_are_told_to()
    {
        string layer = BiggestBlob();
        using var registry = new BrokenRegistry(_image);
        registry.TooMany[layer] = 3;
        await _docker.OkAsync($"pull 127.0.0.1:{registry.Port}/many");
        Assert.Equal(4, Blobs(registry, layer));
        await _docker.OkAsync($"rmi 127.0.0.1:{registry.Port}/many");
    }

    [QuaidFact]
    public async Task A_wrong_blob_is_refused_and_not_kept()
    {
        string layer = BiggestBlob();
        using var registry = new BrokenRegistry(_image);
        string name = $"127.0.0.1:{registry.Port}/wrong";
        registry.Wrong.Add(layer);
        (await _docker.RunAsync($"pull {name}")).ExpectFailure(1, $"filesystem layer verification failed for digest {layer}");
        registry.Wrong.Clear();
        registry.WrongLength[layer] = 10;
        (await _docker.RunAsync($"pull {name}")).ExpectFailure(1, $"filesystem layer verification failed for digest {layer}", "it is larger than");
        Assert.Empty(Directory.EnumerateFiles($"{engine.Root}/data/images/content/ingest"));
        Assert.False(File.Exists($"{engine.Root}/data/images/content/blobs/sha256/{layer["sha256:".Length..]}"));
        registry.WrongLength.Clear();
        await _docker.OkAsync($"pull {name}");
        await _docker.OkAsync($"rmi {name}");
    }

    [QuaidFact]
    public async Task Without_cache_everything_comes_anew_and_mends_what_was_spoiled()
    {
        string layer = BiggestBlob();
        using var registry = new BrokenRegistry(_image);
        string name = $"127.0.0.1:{registry.Port}/fresh";
        await _docker.OkAsync($"pull {name}");
        string file = $"{engine.Root}/data/images/content/blobs/sha256/{layer["sha256:".Length..]}";
        await File.WriteAllBytesAsync(file, new byte[10]);
        registry.Requests.Clear();
        await _docker.OkAsync($"pull {name}");
        Assert.Equal(0, Blobs(registry, layer));
        var quai = new DockerClient(engine.Host, Path.Combine(engine.Scratch("quai"), "config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));
        Assert.Contains("Pull complete", await quai.OkAsync($"pull --no-cache {name}"), StringComparison.Ordinal);
        Assert.Equal(_image.Blobs.Count - 1, registry.Requests.Count(r => r.Contains("/blobs/", StringComparison.Ordinal)));
        Assert.Equal(layer, TestImage.Digest(await File.ReadAllBytesAsync(file)));
        registry.Wrong.Add(layer);
        (await quai.RunAsync($"pull --no-cache {name}")).ExpectFailure(1, "verification failed");
        (await _docker.RunAsync($"run --rm {name} cat /hello")).Expect(0, "whole\n");
        await _docker.OkAsync($"rmi {name}");
    }

    [QuaidFact]
    public async Task A_mirror_is_asked_before_docker_hub()
    {
        using var empty = new BrokenRegistry(new TestImage()) { ManifestInstead = Encoding.UTF8.GetBytes("{}") };
        using var mirror = new BrokenRegistry(_image);
        await File.WriteAllTextAsync($"{engine.Root}/daemon.json", $$"""{"registry-mirrors":["http://127.0.0.1:{{empty.Port}}","http://127.0.0.1:{{mirror.Port}}/"]}""");
        await engine.StopDaemonAsync();
        await engine.StartDaemonAsync();
        try
        {
            await _docker.OkAsync("pull mirrored:1");
            Assert.NotEmpty(empty.Requests);
            Assert.Contains("GET /v2/library/mirrored/manifests/1", mirror.Requests);
            Assert.Contains("mirrored:1", await _docker.OkAsync("images --format '{{.Repository}}:{{.Tag}}'"), StringComparison.Ordinal);
            (await _docker.RunAsync("run --rm mirrored:1 cat /hello")).Expect(0, "whole\n");
            await _docker.OkAsync("rmi mirrored:1");
        }
        finally
        {
            await File.WriteAllTextAsync($"{engine.Root}/daemon.json", "{}\n");
            await engine.StopDaemonAsync();
            await engine.StartDaemonAsync();
        }
    }

    private string BiggestBlob()
    {
        _image.Manifest();
        return _image.Blobs.MaxBy(b => b.Value.Length).Key;
    }

    private static int Blobs(BrokenRegistry registry, string digest) => registry.Requests.Count(r => r.Contains("/blobs/" + digest, StringComparison.Ordinal));
}
