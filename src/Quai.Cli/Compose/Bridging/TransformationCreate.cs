using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Programs;
using Quai.Cli.Http;
using Copy = Quai.Cli.Containers.Files.Copy;

namespace Quai.Cli.Compose.Bridging;

/// <summary><c>quai compose bridge transformations create</c>: begins a transformation of one's own with another's templates.</summary>
internal sealed class TransformationCreate : ComposeVerb
{
    private const string Dockerfile = "FROM docker/compose-bridge-transformer\nLABEL com.docker.compose.bridge=transformation\nCOPY templates /templates\n";

    private readonly Flag<string> _from;

    public TransformationCreate(ComposeGlobals globals)
        : base(globals, "bridge transformations create") =>
        _from = Flags.String("from", 'f', $"Image of the transformation to copy (default {BridgeConvert.DefaultTransformation})");

    public override string Usage => "[OPTIONS] PATH";

    public override string Summary => "Begin a transformation of one's own";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        string folder = Path.GetFullPath(arguments[0]), image = _from.Value.Length > 0 ? _from.Value : BridgeConvert.DefaultTransformation;
        if (Path.Exists(folder))
        {
            throw new ExitException(1, $"output folder {folder} already exists");
        }

        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows($"copy /templates of {image} to {folder}");
            return 0;
        }

        scope.Engine.GetVersionAsync().Await();
        string id = scope.Engine.Containers.CreateAsync(new ContainerCreateRequest { Image = image }).Await().Id;
        try
        {
            Directory.CreateDirectory(folder);
            Delegation.Run(scope, new Copy("cp"), ["-q", $"{id}:/templates", folder]);
            File.WriteAllText(Path.Combine(folder, "Dockerfile"), Dockerfile);
        }
        catch
        {
            // What has been begun would be in the way of the next try.
            Directory.Delete(folder, recursive: true);
            throw;
        }
        finally
        {
            scope.Engine.Containers.RemoveAsync(id, force: true).Await();
        }

        scope.Out.WriteLine($"Transformer created in \"{folder}\"");
        return 0;
    }
}
