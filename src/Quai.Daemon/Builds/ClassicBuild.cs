using System.Text.Json;
using Quai.Archives;
using Quai.Build.Attestations;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Progress;
using Quai.Build.Sessions;
using Quai.Build.Steps.Programs;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Registry;

namespace Quai.Daemon.Builds;

/// <summary>
/// <c>POST /build</c>: the context comes as an archive with the request, and progress goes as lines of JSON with the answer. With <c>version=2</c> the context comes by a session,
/// and the lines carry BuildKit's progress.
/// </summary>
internal sealed class ClassicBuild(IBuilder builder, IBuildSessions sessions, string folder)
{
    private const string Frontend = "dockerfile.v0", Exporter = "moby", IdKey = "containerimage.config.digest";

    /// <summary>Serves a request.</summary>
    public async Task RunAsync(ApiCall call)
    {
        BuildQuery query = BuildQuery.Read(call);
        if (call.Text("version") == "2")
        {
            IBuildSession session = await sessions.GetAsync(call.TextOrNull("session") ?? throw QuaiException.Invalid("a build by BuildKit's protocol needs a session"), call.Gone);
            await ProgressStream.RunAsync(call, quiet: false, errorsInStream: false, progress => BuildAsync(call, query, session, new TraceLines(progress), call.TextOrNull("buildid") ?? Guid.NewGuid().ToString("N")));
            return;
        }

        string place = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        try
        {
            Dictionary<string, string> attributes = new(query.Attributes);
            if (call.TextOrNull("remote") is { } remote)
            {
                attributes["context"] = remote;
            }

            PrivateFolder.Make(folder);
            Directory.CreateDirectory(place);
            if (call.TextOrNull("remote") is null)
            {
                await ReceiveAsync(call, place);
            }

            var session = new FolderSession(Guid.NewGuid().ToString("N"), place, CredentialsOf(call));
            await ProgressStream.RunAsync(
                call, quiet: false, errorsInStream: false,
                progress => BuildAsync(call, query with { Attributes = attributes }, session, new StepLines(progress, call.Flag("q")), Guid.NewGuid().ToString("N")));
        }
        finally
        {
            using FileDescriptor parent = FileCalls.OpenDirectory(folder);
            FileCalls.RemoveTree(parent.Number, Path.GetFileName(place));
        }
    }

    private async Task BuildAsync(ApiCall call, BuildQuery query, IBuildSession session, IBuildLines lines, string id)
    {
        IBuildJob job = builder.Begin(new BuildJobOptions(id, session));
        Task watching = WatchAsync(job, lines, call.Gone);
        IReadOnlyDictionary<string, string> answer;
        try
        {
            job.ImportCache(query.CacheFrom);
            SolveResult result = await job.RunFrontendAsync(Frontend, new FrontendRequest(query.Attributes, new Dictionary<string, BuildProtocol.Llb.Definition>()), call.Gone);
            Dictionary<string, string> attributes = query.Names.Count > 0 ? new() { ["name"] = string.Join(',', query.Names) } : [];
            if (query.IsSquashed)
            {
                attributes["squash"] = "true";
            }

            answer = await job.ExportAsync(result, [query.Output ?? new ExportRequest(Exporter, attributes, 0)], query.CacheTo, AttestationDemands.None, call.Gone);
        }
        catch (QuaiException e) when ((e as StepFailedException ?? e.InnerException as StepFailedException) is { } failed)
        {
            throw new CommandFailedException($"The command '{string.Join(' ', failed.Arguments)}' returned a non-zero code: {failed.ExitCode}", failed.ExitCode, e);
        }
        finally
        {
            await job.DisposeAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (answer.TryGetValue(IdKey, out string? image))
        {
            lines.End(image, query.Names);
        }
    }

    private static async Task WatchAsync(IBuildJob job, IBuildLines lines, CancellationToken cancellation)
    {
        await foreach (BuildEvent happened in job.WatchAsync(cancellation))
        {
            lines.Add(happened);
        }
    }

    private static Task ReceiveAsync(ApiCall call, string place) => Task.Factory.StartNew(
        () =>
        {
            using var source = new SyncStream(call.Http.Request.Body, call.Gone);
            using Stream tar = UnpackedStream.Open(source);
            using FileDescriptor root = FileCalls.OpenDirectory(place);
            using var extractor = new TreeExtractor(root, "/", new TreeExtractorOptions { Owner = (0, 0) });
            try
            {
                extractor.Extract(new TarReader(tar), call.Gone);
            }
            catch (Exception e) when (Compression.IsBroken(e))
            {
                throw QuaiException.Invalid($"Error processing tar file: {e.Message}", e);
            }
        },
        call.Gone, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Dictionary<string, RegistryAuth> CredentialsOf(ApiCall call)
    {
        string header = call.Http.Request.Headers["X-Registry-Config"].ToString();
        Dictionary<string, RegistryAuth> credentials = [];
        if (header.Length == 0)
        {
            return credentials;
        }

        try
        {
            string padded = header.Replace('-', '+').Replace('_', '/');
            using JsonDocument document = JsonDocument.Parse(Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '=')));
            foreach (JsonProperty registry in document.RootElement.EnumerateObject())
            {
                JsonElement auth = registry.Value;
                credentials[registry.Name] = new RegistryAuth(Text(auth, "username"), Text(auth, "password"), Text(auth, "identitytoken"), Text(auth, "registrytoken"), Text(auth, "serveraddress"));
            }

            return credentials;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            throw QuaiException.Invalid($"invalid X-Registry-Config header: {e.Message}", e);
        }

        static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
    }
}
