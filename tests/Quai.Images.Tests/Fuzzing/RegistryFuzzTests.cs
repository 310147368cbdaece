using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Registry;
using Quai.Registry.Tests;

namespace Quai.Images.Tests.Fuzzing;

/// <summary>
/// A registry that answers anything to anything. An input is a list of raw HTTP answers with <see cref="Mark"/> between them: for <c>/v2/</c>, the token,
/// the manifests, the blobs and all else; <c>ADDRESS</c> in it is the registry's own.
/// </summary>
[Collection(FuzzingCollection.Name)]
public sealed class RegistryFuzzTests
{
    private const string Mark = "\n====\n";
    private static readonly byte[] s_layer = Packed.Gzip(SampleImage.BaseLayer);

    [Fact]
    public Task A_pull_ends() => HoldsAsync("registry-pull", async (f, address, cancellation) =>
    {
        await f.Store.PullAsync(address + "/team/app:v1", null, null, f.Progress, cancellation);
    });

    [Fact]
    public Task A_question_ends() => HoldsAsync("registry-question", async (f, address, cancellation) =>
    {
        IRegistries registries = f.Registries;
        List<Exception> refusals = [];
        foreach (Func<Task> ask in (Func<Task>[])[
            () => registries.ListTagsAsync(address + "/team/app", new RegistryAuth("u", "p", null, null, null), cancellation), () => registries.InspectAsync(address + "/team/app:v1", null, cancellation),
            () => registries.ReferrersAsync(address + "/team/app:v1", null, null, cancellation), () => registries.SearchAsync(address + "/x", 5, null, cancellation),
            () => registries.LoginAsync(new RegistryAuth("u", "p", null, null, address), cancellation)])
        {
            try
            {
                await ask();
            }
            catch (Exception e) when (e is QuaiException)
            {
                refusals.Add(e);
            }
        }

        throw refusals.FirstOrDefault() ?? QuaiException.System("all were answered");
    });

    [Fact]
    public async Task A_push_ends()
    {
        byte[] archive = SampleImage.Archive("push:1", SampleImage.BaseLayer);
        await HoldsAsync("registry-push", async (f, address, cancellation) =>
        {
            if (f.Store.List().Count == 0)
            {
                await f.Store.LoadAsync(new MemoryStream(archive), [], f.Progress, cancellation);
            }

            await f.Store.TagAsync("push:1", address + "/team/app", "v1", cancellation);
            await f.Registries.PushAsync(address + "/team/app", "v1", null, null, f.Progress, cancellation);
        });
    }

    private static async Task HoldsAsync(string name, Func<StoreFixture, string, CancellationToken, Task> use)
    {
        byte[][] answers = [];
        await using var registry = new FakeRegistry(request => Answer(answers, request));
        await using var f = new StoreFixture(StoreFixture.Quickly(new RegistryOptions
        {
            RetryDelay = TimeSpan.FromMilliseconds(1), StallTimeout = TimeSpan.FromMilliseconds(500), MaxRetryAfter = TimeSpan.FromMilliseconds(1), MaxDownloadAttempts = 3,
        }));
        Fuzz.Holds(new Property(name, async input =>
        {
            answers = Split(Encoding.Latin1.GetString(input).Replace("ADDRESS", registry.Address, StringComparison.Ordinal));
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await use(f, registry.Address, late.Token);
            }
            finally
            {
                f.Progress.Clear();
                registry.Requests.Clear();
            }

            Assert.False(late.IsCancellationRequested);
        })
        {
            Seeds = [.. Seeds().Select(s => Encoding.Latin1.GetBytes(s))],
            Mutate = (random, bytes) => random.Next(2) == 0 ? TextMutator.With(Words)(random, bytes) : MutateBody(random, bytes),
            Refuses = static e => e is QuaiException or LinuxException,
            MaxTime = TimeSpan.FromSeconds(20), MaxAllocation = 256 << 20,
        });
    }

    private static readonly string[] Words =
    [
        "HTTP/1.1 200 OK", "HTTP/1.1 401 X", "HTTP/1.1 206 X", "HTTP/1.1 307 X", "HTTP/1.1 416 X", "HTTP/1.1 429 X", "HTTP/1.1 500 X", "HTTP/1.1 100 C\r\n\r\n", "HTTP/1.1 202 X", "HTTP/1.1 204 X", "\r\n", "Content-Length: 0\r\n", "Content-Length: -1\r\n", "Content-Length: 99999999999\r\n",
        "Transfer-Encoding: chunked\r\n", "Location: /v2/\r\n", "Location: http://ADDRESS/v2/\r\n", "Location: ://\r\n", "Location: http://[\r\n", "Location: file:///etc/passwd\r\n", "Location: \r\n", "WWW-Authenticate: Bearer realm=\"http://ADDRESS/token\",service=\"s\"\r\n", "WWW-Authenticate: Basic\r\n",
        "WWW-Authenticate: Bearer realm=\"/token\"\r\n", "Docker-Content-Digest: sha256:0\r\n", "Docker-Content-Digest: x\r\n", "Range: 0-0\r\n", "Range: bytes=5-1\r\n", "Range: x\r\n", "Content-Range: bytes 5-1/3\r\n", "Content-Range: bytes */9\r\n", "Retry-After: 99999999999\r\n", "Retry-After: -1\r\n",
        "Link: </v2/team/app/tags/list?n=1&last=a>; rel=\"next\"\r\n", "Link: <>; rel=next\r\n", "Link: <http://[>; rel=\"next\"\r\n", "Link: <<<\r\n", "Content-Type: application/vnd.oci.image.index.v1+json\r\n", "Content-Type: x\r\n", "OCI-Subject: x\r\n", "OCI-Chunk-Min-Length: 99999999999\r\n", "OCI-Chunk-Min-Length: 0\r\n",
        "{\"token\":\"a\\nb\"}", "{\"token\":\"\\ud800\"}", "{\"token\":\"\u00e9\"}", "{\"errors\":[{\"code\":\"\\ud800\"}]}", "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"\\ud800\"}]}", "{\"tags\":[null]}", "{\"tags\":[\"\\ud800\"]}", "{\"results\":[null]}", "{\"results\":[{\"name\":\"\\ud800\"}]}", "{\"details\":5}", Mark,
    ];

    private static IEnumerable<string> Seeds()
    {
        string config = SampleImage.Config(SampleImage.BaseLayer);
        string manifest = $$$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{{SampleImage.DiffId(Encoding.UTF8.GetBytes(config))}}}}","size":{{{{config.Length}}}}},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{{{SampleImage.DiffId(s_layer)}}}}","size":{{{{s_layer.Length}}}}}]}""";
        string layer = Encoding.Latin1.GetString(s_layer);
        const string Type = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";
        yield return string.Join(Mark, Raw(200, "", "{}"), Raw(200, "", "{\"token\":\"t\",\"refresh_token\":\"r\"}"), Raw(200, Type, manifest), Raw(200, "", config), Raw(200, "", layer), Raw(200, "Link: </v2/team/app/tags/list?last=b>; rel=\"next\"\r\n", "{\"name\":\"team/app\",\"tags\":[\"a\",\"b\"]}"));
        yield return string.Join(Mark, Raw(401, "WWW-Authenticate: Bearer realm=\"http://ADDRESS/token\",service=\"s\",scope=\"x\"\r\n", "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"m\"}]}"), Raw(200, "", "{\"access_token\":\"t\"}"), Raw(200, Type, manifest), Raw(206, "Content-Range: bytes 0-9/100\r\n", config), Raw(307, "Location: http://ADDRESS/else\r\n", ""), Raw(202, "Location: /v2/team/app/blobs/uploads/1\r\nRange: 0-5\r\n", ""));
        yield return string.Join(Mark, Raw(200, "", "{}"), Raw(403, "", "{\"details\":\"no\"}"), Raw(404, "", "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"m\"}]}"), Raw(429, "Retry-After: 1\r\n", ""), Raw(503, "", ""), Raw(201, "Docker-Content-Digest: x\r\n", "{\"results\":[{\"name\":\"a\",\"description\":\"b\",\"star_count\":1,\"is_official\":true}]}"));
    }

    private static string Raw(int status, string headers, string body) => $"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{headers}\r\n{body}";

    private static byte[][] Split(string script) => [.. script.Split(Mark).Select(part => Encoding.Latin1.GetBytes(part))];

    private static byte[] Answer(byte[][] answers, FakeRegistry.Request request)
    {
        int which = request.Path is "/v2/" or "/v2" ? 0 : request.Path.StartsWith("/token", StringComparison.Ordinal) ? 1 : request.Path.Contains("/manifests/", StringComparison.Ordinal) ? 2 : request.Path.Contains("/blobs/sha256:", StringComparison.Ordinal) ? 3 + (request.Path.GetHashCode(StringComparison.Ordinal) & 1) : 5;
        return answers[Math.Min(which, answers.Length - 1)];
    }

    /// <summary>Changes one answer's body as JSON, and its length with it as often as not.</summary>
    private static byte[] MutateBody(Random random, byte[] script)
    {
        string[] parts = Encoding.Latin1.GetString(script).Split(Mark);
        int which = random.Next(parts.Length), head = parts[which].IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0)
        {
            return ByteMutator.Mutate(random, script);
        }

        string old = parts[which][(head + 4)..], body = Encoding.Latin1.GetString(JsonMutator.Mutate(random, Encoding.Latin1.GetBytes(old)));
        parts[which] = parts[which][..(head + 4)] + body;
        if (random.Next(4) != 0)
        {
            parts[which] = parts[which].Replace($"Content-Length: {old.Length}", $"Content-Length: {body.Length}", StringComparison.Ordinal);
        }

        return Encoding.Latin1.GetBytes(string.Join(Mark, parts));
    }
}
