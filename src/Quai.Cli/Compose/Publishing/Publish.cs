using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Display;
using Quai.Cli.Compose.Images;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Cli.Streams;
using Quai.Compose;
using Quai.Compose.Model;
using Quai.Compose.Printing;
using Quai.Compose.Publishing;
using Quai.Convergence.Execution;

namespace Quai.Cli.Compose.Publishing;

/// <summary><c>quai compose publish</c>.</summary>
internal sealed class Publish : ComposeVerb
{
    private readonly Flag<bool> _resolvesDigests, _withEnvironment, _yes;
    private readonly Flag<string> _ociVersion;

    public Publish(ComposeGlobals globals)
        : base(globals, "publish")
    {
        _ociVersion = Flags.String("oci-version", '\0', "Version of the OCI specifications that the artifact is made by: 1.0 or 1.1", "1.1");
        _resolvesDigests = Flags.Bool("resolve-image-digests", '\0', "Name images by their digests");
        _withEnvironment = Flags.Bool("with-env", '\0', "Publish variables of services, too, and the files that have them");
        _yes = Flags.Bool("yes", 'y', "Ask nothing");
    }

    public override string Usage => "[OPTIONS] REPOSITORY[:TAG]";

    public override string Summary => "Publish the project's files in a registry";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        bool hasTypes = _ociVersion.Value switch
        {
            "1.1" => true,
            "1.0" => false,
            _ => throw new ExitException(1, $"unsupported OCI version: {_ociVersion.Value}"),
        };
        ImageReference.Check(arguments[0]);
        string name = ImageReference.Canonical(ImageReference.WithDefaultTag(arguments[0]));
        ProjectFiles disk = new(scope.Session);
        ComposeProject project = new ComposeLoader(disk).Load(scope.Globals.Request([]) with { ResolvesEnvironment = false });
        Check(scope, project);
        List<PublishedFile> files = [.. new ProjectPublication(disk).Of(project.Files)];
        if (_resolvesDigests.Value)
        {
            ComposeProject pinned = ImagePins.Pinned(project, new ImageDigests(scope).ResolveAsync(ImagePins.Images(project)).Await());
            files.Add(new("image-digests.yaml", ConfigPrinter.Print(ImagePins.Lock(pinned), ConfigFormat.Yaml), PublishedFileKind.Project));
        }

        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows(files.Select(file => $"publish {file.Name} in {name}"));
            return 0;
        }

        scope.Engine.GetVersionAsync().Await();
        PushImages(scope, project);
        scope.Progress.Show(new(arguments[0], "publishing", ConvergenceStage.Working));
        byte[] manifest = ProjectArtifact.Write(files, hasTypes, DateTimeOffset.UtcNow);
        scope.Engine.Manifests.PushArtifactAsync(name, manifest, RegistryCredentials.Find(scope.Session, ImageReference.Split(name).Repository)).Await();
        scope.Progress.Show(new(arguments[0], "published", ConvergenceStage.Done));
        return 0;
    }

    private static void PushImages(ComposeScope scope, ComposeProject project)
    {
        ComposeService[] built = [.. project.Services.Values.Where(service => service is { Image.Length: > 0, Build: not null }).OrderBy(service => service.Name, StringComparer.Ordinal).DistinctBy(service => service.Image)];
        string?[] failures = Task.WhenAll(built.Select(service => new ImagePulls(scope).PushAsync(project, service, isQuiet: true, CancellationToken.None))).Await();
        ImageFailures.Tell(scope, built.Zip(failures), project, ignores: true);
    }

    private void Check(ComposeScope scope, ComposeProject project)
    {
        ComposeService[] services = [.. project.Services.Values.OrderBy(service => service.Name, StringComparer.Ordinal)];
        string[] unnamed = [.. services.Where(service => service is { Build: not null, Image.Length: 0 }).Select(service => $"- \"{service.Name}\"\n")];
        if (unnamed.Length > 0)
        {
            throw new ExitException(1, $"your Compose stack cannot be published as it only contains a build section for service(s):\n{string.Concat(unnamed)}");
        }

        string[] variables =
        [
            .. services.Where(service => service.EnvFiles.Any()).Select(service => $"service \"{service.Name}\" has env_file declared.\n"),
            .. services.Where(service => service.Environment.Count > 0).Select(service => $"service \"{service.Name}\" has environment variable(s) declared.\n"),
        ];
        if (variables.Length > 0 && !_withEnvironment.Value)
        {
            throw new ExitException(1, $"{string.Concat(variables)}To avoid leaking sensitive data, you must either explicitly allow the sending of environment variables by using the --with-env flag,\nor remove sensitive data from your Compose configuration");
        }

        string[] mounts = [.. services.SelectMany(service => service.Volumes.Where(mount => mount.Type == "bind").Select(mount => $"  {service.Name}: {mount.Source}"))];
        if (mounts.Length > 0 && !_yes.Value && !IsAgreed(scope, $"you are about to publish bind mounts declaration within your OCI artifact.\nonly the bind mount declarations will be added to the OCI artifact (not content)\nplease double check that you are not mounting potential user's sensitive directories or data\n{string.Join('\n', mounts)}\n"))
        {
            throw new ExitException(1, "it is not published: bind mounts are in it, and nobody has agreed; --yes agrees");
        }
    }

    private static bool IsAgreed(ComposeScope scope, string question)
    {
        scope.Out.Write(question);
        return Input.IsTerminal && Question.IsAgreed(scope, "Are you ok to publish these bind mount declarations? [y/N]");
    }
}
