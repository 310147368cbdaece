using System.Globalization;
using System.Text;
using Google.Protobuf;
using Quai.Build.Frontends;
using Quai.Build.Graphs;
using Quai.Build.Jobs;
using Quai.BuildKit.Builds;
using Quai.BuildKit.Controls;
using Quai.BuildKit.Failures;
using Quai.BuildKit.Gateways;
using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Health;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Rpc.Serving;
using Quai.Rpc.TakenOver;

namespace Quai.BuildKit.Frontends;

/// <summary>
/// Frontends that are images: <c>gateway.v0</c>, as BuildKit has it. The image's program is run as a step is, and speaks gRPC by its standard input and output: it asks
/// for files, has graphs solved, and returns a result. The connection is its own: beside that build's gateway nothing answers on it.
/// </summary>
/// <param name="connections">Where HTTP/2 is served.</param>
/// <param name="worker">What frontends are told of the builder.</param>
/// <param name="passesBuiltIn">Whether an image that is a frontend which is built in is not run.</param>
public sealed class ImageFrontend(TakenOverConnections connections, WorkerIdentity worker, bool passesBuiltIn = true) : IFrontend
{
    private const string Dockerfile = "dockerfile.v0", SourceKey = "source", CommandLineKey = "cmdline";

    /// <inheritdoc/>
    public string Name => "gateway.v0";

    /// <inheritdoc/>
    public async Task<SolveResult> RunAsync(FrontendRequest request, IFrontendHost host, CancellationToken cancellation)
    {
        string source = request.Attributes.GetValueOrDefault(SourceKey, "");
        if (!ImageReference.TryParse(source, out ImageReference? reference))
        {
            throw QuaiException.Invalid(source.Length == 0 ? "no source is given for the frontend" : $"invalid frontend image {source}: it is no image's name");
        }

        if (passesBuiltIn && BuiltInFrontends.Has(reference))
        {
            return await host.RunFrontendAsync(Dockerfile, request with { Attributes = new Dictionary<string, string>(request.Attributes) { [CommandLineKey] = source } }, cancellation).ConfigureAwait(false);
        }

        var question = new ImageQuestion(reference.WithDefaultTag().Canonical, null, request.Attributes.GetValueOrDefault("image-resolve-mode", "")) { LogName = $"resolve image config for {SourceSchemes.Image}{reference.WithDefaultTag().Canonical}" };
        ResolvedImage image = await host.ResolveImageAsync(question, cancellation).ConfigureAwait(false);
        IBuildRef? files = await host.SolveAsync(GraphOf(image), cancellation).ConfigureAwait(false);
        await using var build = new GatewayBuild(host, request.Inputs);
        var server = new RpcServer(CallFailures.Describe);
        LLBBridge.BindService(server, new GatewayService(_ => Task.FromResult(build), (_, _, _) => { }, worker));
        Health.BindService(server, new HealthService());
        var handler = new ConnectionHandler(server.HandleAsync);
        var said = new LastWords();
        var program = new FrontendProgram(MetaOf(image, reference, request, host), (conversation, gone) => connections.ServeAsync(conversation, gone, handler), said.Add);
        int code = await host.RunProgramAsync(files, program, cancellation).ConfigureAwait(false);
        if (!build.Returned.IsCompleted)
        {
            throw QuaiException.System(string.Create(CultureInfo.InvariantCulture, $"frontend {source} ended without a result (exit code: {code}){said}"));
        }

        return await build.ResultAsync(cancellation).ConfigureAwait(false);
    }

    private static Definition GraphOf(ResolvedImage image)
    {
        string name = image.Digest is { } digest && !image.Reference.Contains('@', StringComparison.Ordinal) ? $"{image.Reference}@{digest}" : image.Reference;
        byte[] source = new Op { Source = new SourceOp { Identifier = SourceSchemes.Image + name } }.ToByteArray();
        byte[] result = new Op { Inputs = { new Input { Digest = Digest.Of(source).ToString(), Index = 0 } } }.ToByteArray();
        return new Definition { Def = { ByteString.CopyFrom(source), ByteString.CopyFrom(result) } };
    }

    private Meta MetaOf(ResolvedImage image, ImageReference reference, FrontendRequest request, IFrontendHost host)
    {
        ExecutionConfig config = ImageJson.ReadConfig(image.Config).Config ?? new ExecutionConfig();
        var meta = new Meta
        {
            Args = { config.Entrypoint ?? [], config.Cmd ?? [] },
            Env = { config.Env ?? [] },
            Cwd = string.IsNullOrEmpty(config.WorkingDir) ? "/" : config.WorkingDir,
            User = config.User ?? "",
        };
        if (meta.Args.Count == 0)
        {
            throw QuaiException.Invalid($"frontend image {reference} has neither an entrypoint nor a command");
        }

        int number = 0;
        foreach ((string key, string value) in request.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            meta.Env.Add(string.Create(CultureInfo.InvariantCulture, $"BUILDKIT_FRONTEND_OPT_{number++}={key}={value}"));
        }

        meta.Env.Add("BUILDKIT_SESSION_ID=" + host.SessionId);
        meta.Env.Add("BUILDKIT_WORKERS=" + WorkerMessages.Json(worker));
        meta.Env.Add("BUILDKIT_EXPORTEDPRODUCT=quai");
        return meta;
    }

    /// <summary>The end of what a program writes to its standard error.</summary>
    private sealed class LastWords
    {
        private const int Most = 2000;

        private byte[] _bytes = [];

        public void Add(ReadOnlyMemory<byte> piece)
        {
            byte[] all = [.. _bytes, .. piece.Span];
            _bytes = all[^Math.Min(Most, all.Length)..];
        }

        public override string ToString() => _bytes.Length == 0 ? "" : ": " + Encoding.UTF8.GetString(_bytes).Trim();
    }
}
