using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Llb;
using Quai.YamlFrontend;

// A frontend for BuildKit's gateway: it reads a recipe, asks for files, and returns a graph's result. BuildKit's own daemon runs it, too.
Dictionary<string, string> options = [];
foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
{
    if (((string)variable.Key).StartsWith("BUILDKIT_FRONTEND_OPT_", StringComparison.Ordinal) && ((string?)variable.Value)?.Split('=', 2) is [var key, var value])
    {
        options[key] = value;
    }
}

if (options.ContainsKey("build-arg:CRASH"))
{
    await Console.Error.WriteLineAsync("the recipe is too hot");
    return 3;
}

if (options.ContainsKey("build-arg:NONSENSE"))
{
    Console.Write("this is no HTTP/2");
    return 0;
}

using var streams = new StandardStreams();
using var channel = GrpcChannel.ForAddress("http://builder", new GrpcChannelOptions
{
    HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, _) => new ValueTask<Stream>(streams), UseProxy = false },
    DisposeHttpClient = true,
});
var bridge = new LLBBridge.LLBBridgeClient(channel);
PongResponse pong = await bridge.PingAsync(new PingRequest());
if (pong.Workers.Count != 1 || pong.LLBCaps.Count == 0)
{
    return 4;
}

if (options.ContainsKey("build-arg:ESCAPE"))
{
    // The daemon's own interface is not to be had on this connection.
    var forbidden = new Method<PingRequest, PongResponse>(
        MethodType.Unary, "moby.buildkit.v1.Control", "ListWorkers", Marshallers.Create(m => m.ToByteArray(), PongResponseless), Marshallers.Create(m => m.ToByteArray(), PongResponse.Parser.ParseFrom));
    try
    {
        await channel.CreateCallInvoker().AsyncUnaryCall(forbidden, null, new CallOptions(), new PingRequest());
        await ReturnAsync(null, "the control service answered");
    }
    catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, _) => new ValueTask<Stream>(streams) });
        await ReturnAsync(null, "the control service is unimplemented");
    }

    return 0;
}

try
{
    Recipe recipe = Recipe.Read(await ReadAsync(options.GetValueOrDefault("filename", "Dockerfile")));
    var result = new Result { Ref = await SolveAsync(Graph(recipe)) };
    foreach (string probe in options.Where(o => o.Key == "build-arg:PROBE").Select(o => o.Value))
    {
        StatFileResponse stat = await bridge.StatFileAsync(new StatFileRequest { Ref = result.Ref.Id, Path = probe });
        ReadDirResponse names = await bridge.ReadDirAsync(new ReadDirRequest { Ref = result.Ref.Id, DirPath = "/" });
        await Console.Error.WriteLineAsync($"{probe}: {stat.Stat.Size} bytes, one of {names.Entries.Count}");
    }

    foreach (string path in options.Where(o => o.Key == "build-arg:ATTEST").Select(o => o.Value))
    {
        var attestation = new Attestation { Kind = AttestationKind.InToto, Ref = result.Ref, Path = path, InTotoPredicateType = "https://example.com/notes/v1" };
        attestation.InTotoSubjects.Add(new InTotoSubject { Kind = InTotoSubjectKind.Self });
        attestation.InTotoSubjects.Add(new InTotoSubject { Kind = InTotoSubjectKind.Raw, Name = "recipe", Digest = { "sha256:" + new string('a', 64) } });
        result.Attestations.Add("linux/amd64", new Attestations { Attestation = { attestation } });
    }

    var config = new JsonObject
    {
        ["architecture"] = "amd64",
        ["os"] = "linux",
        ["config"] = new JsonObject { ["Env"] = new JsonArray([.. recipe.Environment.Select(e => (JsonNode)e)]), ["Cmd"] = new JsonArray("sh") },
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() },
    };
    result.Metadata.Add("containerimage.config", ByteString.CopyFromUtf8(config.ToJsonString()));
    await ReturnAsync(result, null);
}
catch (Exception e) when (e is FormatException or RpcException)
{
    await ReturnAsync(null, e is RpcException call ? call.Status.Detail : e.Message);
}

return 0;

static PingRequest PongResponseless(byte[] bytes) => PingRequest.Parser.ParseFrom(bytes);

async Task<string> ReadAsync(string file)
{
    var source = new SourceOp { Identifier = "local://dockerfile" };
    source.Attrs.Add("local.session", Environment.GetEnvironmentVariable("BUILDKIT_SESSION_ID") ?? "");
    source.Attrs.Add("local.followpaths", $"[\"{file}\"]");
    source.Attrs.Add("local.sharedkeyhint", "dockerfile");
    var graph = new GraphBuilder();
    string local = graph.Add(new Op { Source = source });
    Ref tree = await SolveAsync(graph.End(local));
    return (await bridge.ReadFileAsync(new ReadFileRequest { Ref = tree.Id, FilePath = file })).Data.ToStringUtf8();
}

async Task<Ref> SolveAsync(Definition graph) =>
    (await bridge.SolveAsync(new SolveRequest { Definition = graph, AllowResultReturn = true, AllowResultArrayRef = true })).Result.Ref;

async Task ReturnAsync(Result? result, string? error) =>
    await bridge.ReturnAsync(new ReturnRequest { Result = result, Error = error is null ? null : new Quai.BuildProtocol.Errors.Status { Code = (int)StatusCode.Unknown, Message = error } });

static Definition Graph(Recipe recipe)
{
    var graph = new GraphBuilder();
    string? last = recipe.From.Length == 0 ? null : graph.Add(new Op { Source = new SourceOp { Identifier = "docker-image://" + recipe.From } });
    foreach ((string path, string text) in recipe.Files)
    {
        var file = new FileActionMkFile { Path = path, Mode = 0x1a4, Data = ByteString.CopyFromUtf8(text + "\n"), Timestamp = -1 };
        var action = new FileAction { Input = last is null ? -1 : 0, SecondaryInput = -1, Output = 0, Mkfile = file };
        last = graph.Add(new Op { File = new FileOp { Actions = { action } } }, last);
    }

    foreach (string command in recipe.Commands)
    {
        var meta = new Meta { Args = { "/bin/sh", "-c", command }, Cwd = "/", Env = { "PATH=/bin:/usr/bin" } };
        last = graph.Add(new Op { Exec = new ExecOp { Meta = meta, Mounts = { new Mount { Dest = "/", Input = 0, Output = 0 } } } }, last);
    }

    return graph.End(last);
}

/// <summary>Writes a graph: each step by its digest.</summary>
internal sealed class GraphBuilder
{
    private readonly Definition _definition = new();

    /// <summary>Adds a step upon another one; returns its digest.</summary>
    public string Add(Op op, string? input = null)
    {
        op.Platform = new Platform { OS = "linux", Architecture = "amd64" };
        return Write(op, input);
    }

    /// <summary>Ends it with the step that is wanted.</summary>
    public Definition End(string? last)
    {
        if (last is not null)
        {
            Write(new Op(), last);
        }

        return _definition;
    }

    private string Write(Op op, string? input)
    {
        if (input is not null)
        {
            op.Inputs.Add(new Input { Digest = input, Index = 0 });
        }

        byte[] bytes = op.ToByteArray();
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        _definition.Def.Add(ByteString.CopyFrom(bytes));
        _definition.Metadata[digest] = new OpMetadata();
        return digest;
    }
}
