using System.Text.Json.Nodes;
using System.Text.Json;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Quai.Build.Tests.RemoteCaches.Servers;

/// <summary>The cache of GitHub's Actions in both versions of its protocol, with the storage that its addresses lead to.</summary>
public sealed class FakeActionsCache : LoopbackServer
{
    private const string Rest = "/_apis/artifactcache/", Twirp = "/twirp/github.actions.results.api.v1.CacheService/", Storage = "/storage/", Signature = "sig=S1GN4TURE";

    private readonly List<Entry> _entries = [];
    private readonly Lock _lock = new();

    /// <summary>A token for a branch that may be written and one that may be read.</summary>
    public static string Token(double secondsLeft = 3600, int permission = 3)
    {
        string access = $$"""[{"Scope":"refs/heads/main","Permission":1},{"Scope":"refs/heads/topic","Permission":{{permission}}}]""";
        var claims = new JsonObject { ["ac"] = access, ["exp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + secondsLeft, ["nbf"] = 1 };
        return $"{Part("""{"alg":"none"}""")}.{Part(claims.ToJsonString())}.c2lnbmF0dXJl";

        static string Part(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The token that is believed.</summary>
    public string Accepted { get; } = Token();

    /// <summary>The keys of all complete entries.</summary>
    public IReadOnlyList<string> Keys => Locked(() => _entries.Where(e => e.IsComplete).Select(e => e.Key).ToArray());

    /// <summary>The pieces in which each entry came: its offsets and lengths.</summary>
    public IReadOnlyDictionary<string, (long, long)[]> Pieces => Locked(() => _entries.ToDictionary(e => e.Key, e => e.Pieces.Select(p => (p.Key, (long)p.Value.Length)).ToArray()));

    /// <summary>Changes the content of an entry.</summary>
    public void Damage(string key) => Locked(() => _entries.Single(e => e.Key == key).Content![^1] ^= 1);

    /// <summary>Reserves a key for somebody who never comes back.</summary>
    public void Take(string key) => Locked(() =>
    {
        _entries.Add(new Entry(key, "", _entries.Count + 1));
        return 0;
    });

    protected override async Task AnswerAsync(HttpContext context, byte[] body)
    {
        string path = context.Request.Path.Value!;
        if (path.StartsWith(Storage, StringComparison.Ordinal))
        {
            await StoreAsync(context, int.Parse(path[Storage.Length..]), body);
        }
        else if (Header(context.Request, "Authorization") != "Bearer " + Accepted)
        {
            await JsonAsync(context, 401, """{"typeKey":"AuthenticationException","message":"no"}""");
        }
        else if (path.StartsWith(Rest, StringComparison.Ordinal))
        {
            await AnswerFirstAsync(context, path[Rest.Length..], body);
        }
        else
        {
            await AnswerSecondAsync(context, path[Twirp.Length..], JsonNode.Parse(body)!);
        }
    }

    private static Task JsonAsync(HttpContext context, int status, string text) => RespondAsync(context, status, Encoding.UTF8.GetBytes(text));

    private async Task AnswerFirstAsync(HttpContext context, string call, byte[] body)
    {
        HttpRequest request = context.Request;
        if (request.Method == "GET")
        {
            Entry? found = Find(Uri.UnescapeDataString(Query(request, "keys")), Query(request, "version"));
            if (found is null)
            {
                await RespondAsync(context, 204, []);
                return;
            }

            await JsonAsync(context, 200, $$"""{"cacheKey":"{{found.Key}}","scope":"refs/heads/main","archiveLocation":"{{Address}}storage/{{found.Id}}?{{Signature}}"}""");
        }
        else if (call == "caches")
        {
            JsonNode asked = JsonNode.Parse(body)!;
            Entry? made = Reserve((string)asked["key"]!, (string)asked["version"]!);
            await JsonAsync(context, made is null ? 409 : 201, made is null ? """{"typeKey":"ArtifactCacheItemAlreadyExistsException","message":"Cache already exists"}""" : $$"""{"cacheId":{{made.Id}}}""");
        }
        else if (request.Method == "PATCH")
        {
            string[] range = Header(request, "Content-Range")!.Split([' ', '-', '/']);
            bool isRight = long.Parse(range[2]) - long.Parse(range[1]) + 1 == body.Length && range[0] == "bytes" && range[3] == "*";
            Locked(() => _entries.Single(e => e.Id == int.Parse(call["caches/".Length..])).Pieces[long.Parse(range[1])] = body);
            await RespondAsync(context, isRight ? 204 : 400, []);
        }
        else
        {
            int id = int.Parse(call["caches/".Length..]);
            await RespondAsync(context, Commit(id, (long)JsonNode.Parse(body)!["size"]!) ? 204 : 400, []);
        }
    }

    private async Task AnswerSecondAsync(HttpContext context, string call, JsonNode asked)
    {
        string key = (string)asked["key"]!, version = (string)asked["version"]!;
        switch (call)
        {
            case "GetCacheEntryDownloadURL":
                Entry? found = Find((string)asked["restore_keys"]![0]!, version);
                await JsonAsync(context, 200, found is null ? """{"ok":false}""" : $$"""{"ok":true,"signed_download_url":"{{Address}}storage/{{found.Id}}?{{Signature}}","matched_key":"{{found.Key}}"}""");
                break;
            case "CreateCacheEntry":
                Entry? made = Reserve(key, version);
                await JsonAsync(context, made is null ? 409 : 200, made is null ? """{"code":"already_exists","msg":"cache entry already exists"}""" : $$"""{"ok":true,"signed_upload_url":"{{Address}}storage/{{made.Id}}?{{Signature}}"}""");
                break;
            default:
                int id = Locked(() => _entries.Single(e => e.Key == key).Id);
                await JsonAsync(context, 200, Commit(id, (long)asked["size_bytes"]!) ? $$"""{"ok":true,"entry_id":"{{id}}"}""" : """{"ok":false}""");
                break;
        }
    }

    private async Task StoreAsync(HttpContext context, int id, byte[] body)
    {
        HttpRequest request = context.Request;
        Entry entry = Locked(() => _entries.Single(e => e.Id == id));
        string query = request.QueryString.Value!;
        if (!query.StartsWith("?" + Signature, StringComparison.Ordinal) || Header(request, "Authorization") is not null)
        {
            await RespondAsync(context, 403, []);
        }
        else if (request.Method == "GET")
        {
            await SendAsync(context, entry.Content!);
        }
        else if (Query(request, "comp") == "block")
        {
            Locked(() => entry.Blocks[Uri.UnescapeDataString(Query(request, "blockid"))] = body);
            await RespondAsync(context, 201, []);
        }
        else if (Query(request, "comp") == "blocklist")
        {
            long offset = 0;
            foreach (XElement block in XDocument.Parse(Encoding.UTF8.GetString(body)).Root!.Elements("Latest"))
            {
                Locked(() => entry.Pieces[offset] = entry.Blocks[block.Value]);
                offset += entry.Blocks[block.Value].Length;
            }

            await RespondAsync(context, 201, []);
        }
        else
        {
            Locked(() => entry.Pieces[0] = body);
            await RespondAsync(context, Header(request, "x-ms-blob-type") == "BlockBlob" ? 201 : 400, []);
        }
    }

    private static string Query(HttpRequest request, string name) =>
        request.QueryString.Value!.TrimStart('?').Split('&').FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";

    private Entry? Find(string prefix, string version) =>
        Locked(() => _entries.LastOrDefault(e => e.IsComplete && e.Version == version && e.Key.StartsWith(prefix, StringComparison.Ordinal)));

    private Entry? Reserve(string key, string version) => Locked(() =>
    {
        if (_entries.Exists(e => e.Key == key))
        {
            return null;
        }

        _entries.Add(new Entry(key, version, _entries.Count + 1));
        return _entries[^1];
    });

    private bool Commit(int id, long size) => Locked(() =>
    {
        Entry entry = _entries.Single(e => e.Id == id);
        long at = 0;
        bool isWhole = entry.Pieces.All(p => p.Key == at && (at += p.Value.Length) > 0) && at == size;
        entry.Content = isWhole ? [.. entry.Pieces.Values.SelectMany(p => p)] : null;
        return isWhole;
    });

    private T Locked<T>(Func<T> work)
    {
        lock (_lock)
        {
            return work();
        }
    }

    private sealed record Entry(string Key, string Version, int Id)
    {
        public SortedDictionary<long, byte[]> Pieces { get; } = [];

        public Dictionary<string, byte[]> Blocks { get; } = [];

        public byte[]? Content { get; set; }

        public bool IsComplete => Content is not null;
    }
}
