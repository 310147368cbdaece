using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Client;

namespace Quai.Cli.Containers.Create;

/// <summary>Creates a container, and pulls its image first if requested.</summary>
internal static class ContainerCreation
{
    /// <summary>Creates.</summary>
    /// <returns>The container's id.</returns>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    /// <exception cref="ExitException">The ID file already exists, or the pull policy is invalid.</exception>
    public static string Create(Session session, ContainerFlags flags, CreateRequest request, string image)
    {
        string policy = flags.Pull.Value;
        if (policy is not ("always" or "missing" or "never" or ""))
        {
            throw new ExitException(125, $"invalid pull option: '{policy}': must be one of \"always\", \"missing\" or \"never\"");
        }

        string file = flags.CidFile.Value;
        if (file.Length > 0 && File.Exists(file))
        {
            throw new ExitException(125, $"container ID file found, make sure the other container isn't running or delete {file}");
        }

        if (policy == "always")
        {
            Fetch(session, flags, image);
        }

        Task<ContainerCreateResponse> create() => session.Engine.Containers.CreateAsync(request.Build(), flags.Name.Value, flags.Platform.Value);
        ContainerCreateResponse created;
        try
        {
            created = create().Await();
        }
        catch (DaemonException error) when (error.Status == 404 && policy is "missing" or "" && IsMissingImage(error))
        {
            if (!flags.Quiet.Value)
            {
                session.Error.WriteLine($"Unable to find image '{ImageReference.Familiar(image)}' locally");
            }

            Fetch(session, flags, image);
            created = create().Await();
        }

        foreach (string warning in created.Warnings ?? [])
        {
            session.Error.WriteLine("WARNING: " + warning);
        }

        string id = created.Id;
        if (file.Length > 0)
        {
            WriteIdFile(file, id);
        }

        return id;
    }

    private static bool IsMissingImage(DaemonException error) => error.Reason.StartsWith("No such image", StringComparison.OrdinalIgnoreCase)
        || error.Reason.Contains("does not match the specified platform", StringComparison.Ordinal)
        || error.Reason.Contains("was found but does not", StringComparison.Ordinal)
        || error.Reason.Contains("not found", StringComparison.Ordinal);

    private static void Fetch(Session session, ContainerFlags flags, string image) =>
        ImagePull.Run(session, ImageReference.WithDefaultTag(image), flags.Platform.Value, noCache: false, flags.Quiet.Value ? null : session.Error);

    private static void WriteIdFile(string file, string id)
    {
        try
        {
            File.WriteAllText(file, id);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ExitException(125, $"failed to create the container ID file: open {file}: no such file or directory");
        }
    }
}
