using Quai.Api.Images;
using Quai.Api.System;
using Quai.Cli.Images;
using Quai.Compose.Model;
using Quai.Convergence;
using Quai.Convergence.Execution;

namespace Quai.Cli.Compose.Images;

/// <summary>Pulls and pushes the images of services.</summary>
internal sealed class ImagePulls(ComposeScope scope)
{
    /// <summary>Pulls the image of a service.</summary>
    /// <returns>Why it could not be pulled; null if it was.</returns>
    public Task<string?> PullAsync(ComposeProject project, ComposeService service, bool isQuiet, CancellationToken cancellation) =>
        TransferAsync(project, service, "Pull", isQuiet, (repository, tag, credentials) =>
            scope.Engine.Transfers.PullAsync(repository, tag, service.Platform.Length > 0 ? service.Platform : scope.Context.DefaultPlatform, credentials: credentials, cancellation: cancellation));

    /// <summary>Pushes the image of a service.</summary>
    /// <returns>Why it could not be pushed; null if it was.</returns>
    public Task<string?> PushAsync(ComposeProject project, ComposeService service, bool isQuiet, CancellationToken cancellation) =>
        TransferAsync(project, service, "Push", isQuiet, (repository, tag, credentials) => scope.Engine.Transfers.PushAsync(repository, tag, credentials: credentials, cancellation: cancellation));

    private async Task<string?> TransferAsync(
        ComposeProject project, ComposeService service, string verb, bool isQuiet, Func<string, string, AuthConfig?, IAsyncEnumerable<JsonMessage>> transfer)
    {
        string image = ServiceScale.ImageOf(project, service);
        void Report(string text, ConvergenceStage stage, string detail = "") => scope.Progress.Show(new(service.Name, text, stage, detail));
        Report(verb + "ing", ConvergenceStage.Working);
        try
        {
            (string repository, string tag, string digest) = ImageReference.Split(ImageReference.WithDefaultTag(image));
            await foreach (JsonMessage message in transfer(repository, digest.Length > 0 ? digest : tag, RegistryCredentials.Find(scope.Session, repository)))
            {
                if ((message.ErrorDetail?.Message ?? message.Error) is { Length: > 0 } failure)
                {
                    Report("Error", ConvergenceStage.Failed, failure);
                    return failure;
                }

                if (!isQuiet && scope.Progress.IsDrawn && message is { Id: { Length: > 0 } layer, Status: { Length: > 0 } status })
                {
                    Report(verb + "ing", ConvergenceStage.Working, $"{layer} {status}");
                }
            }
        }
        catch (Exception e) when (e is Client.DaemonException or Client.ConnectionException)
        {
            Report("Error", ConvergenceStage.Failed, e.Message);
            return e.Message;
        }

        Report(verb + "ed", ConvergenceStage.Done);
        return null;
    }
}
