using System.Threading.Channels;
using Quai.Daemon.Http;
using Quai.Errors;
using Quai.Images.Verification;
using Quai.Linux;

namespace Quai.Daemon.Images;

/// <summary>
/// <c>POST /quai/images/verify?name=…</c>, Quai's own: answers with lines of JSON, one for each problem (<c>Kind</c>, <c>Name</c>, <c>Problem</c>,
/// <c>NeededBy</c>) and a final summary (<c>Images</c>, <c>Blobs</c>, <c>Layers</c>, <c>Bytes</c>, <c>Problems</c>). No name means everything.
/// </summary>
internal static class VerifyRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(Router router, Backend backend) =>
        router.Add("POST", "/quai/images/verify", async call =>
        {
            IReadOnlyList<string> names = call.All("name");
            foreach (string name in names)
            {
                // Resolved before the stream begins: afterwards there is no status to send.
                backend.Images.Resolve(name);
            }

            await call.StartStream("application/json");
            var findings = new Findings();
            Task<VerificationSummary> checking = RunAsync(backend, names, findings, call.Gone);
            await foreach (VerificationFinding finding in findings.Lines.Reader.ReadAllAsync(call.Gone))
            {
                await call.Send(finding, Json.Edited.VerificationFinding);
            }

            try
            {
                await call.Send(await checking, Json.Edited.VerificationSummary);
            }
            catch (Exception e) when (e is QuaiException or LinuxException)
            {
                await call.Send(new Api.Images.JsonMessage { ErrorDetail = new Api.Images.ErrorDetail(e.Message), Error = e.Message }, Json.Types.JsonMessage);
            }
        });

    private static async Task<VerificationSummary> RunAsync(Backend backend, IReadOnlyList<string> names, Findings findings, CancellationToken cancellation)
    {
        try
        {
            return await backend.Images.VerifyAsync(names, findings, cancellation);
        }
        finally
        {
            findings.Lines.Writer.TryComplete();
        }
    }

    private sealed class Findings : IProgress<VerificationFinding>
    {
        public Channel<VerificationFinding> Lines { get; } = Channel.CreateUnbounded<VerificationFinding>(new() { SingleReader = true });

        public void Report(VerificationFinding value) => Lines.Writer.TryWrite(value);
    }
}
