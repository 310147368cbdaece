using System.Globalization;
using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Display;
using Quai.Cli.Compose.Programs;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Compose.Printing;
using Quai.Linux.Modes;

namespace Quai.Cli.Compose.Bridging;

/// <summary><c>quai compose bridge convert</c>: has images of transformations make other files of a project.</summary>
internal sealed class BridgeConvert : ComposeVerb
{
    /// <summary>The transformation that is meant if none is named.</summary>
    public const string DefaultTransformation = "docker/compose-bridge-kubernetes";

    private readonly Flag<string> _output, _templates;
    private readonly ListFlag<string> _transformations;
    private readonly Flag<bool> _yes;

    public BridgeConvert(ComposeGlobals globals)
        : base(globals, "bridge convert")
    {
        _output = Flags.String("output", 'o', "Folder for what is made; what is in it goes", "out");
        _templates = Flags.String("templates", '\0', "Folder of templates for the transformations");
        _transformations = Flags.List("transformation", 't', $"Image of a transformation (default {DefaultTransformation})", type: "stringArray");
        _yes = Flags.Bool("yes", 'y', "Delete what is in the folder without asking");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Convert the project into files for Kubernetes, or for whatever a transformation makes of it";

    public override ArgumentCount Arguments => ArgumentCount.None;

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        string[] transformations = [.. _transformations.Values.Count > 0 ? _transformations.Values : [DefaultTransformation]];
        ComposeProject project = scope.Load([], makes: true);
        string output = Path.GetFullPath(_output.Value);
        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows(transformations.Select(image => $"run {image}, which writes to {output}"));
            return 0;
        }

        scope.Engine.GetVersionAsync().Await();
        BridgeModel model = new(scope);
        string text = ConfigPrinter.PrintWithContents(model.OfAsync(project).Await());
        Prepare(scope, output);

        // Private: it has the contents of secrets.
        string folder = Directory.CreateTempSubdirectory("quai-bridge-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "compose.yaml"), text);
            foreach (string image in transformations)
            {
                model.ImageAsync(image).Await();
                if (Run(scope, image, folder, output) is var code and not 0)
                {
                    throw new ExitException(code, $"the transformation {image} has failed with exit code {code}");
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private int Run(ComposeScope scope, string image, string folder, string output)
    {
        List<string> binds = [$"{folder}:/in", $"{output}:/out"];
        if (_templates.Value.Length > 0)
        {
            binds.Add($"{Path.GetFullPath(_templates.Value)}:/templates");
        }

        ContainerCreateRequest request = new()
        {
            Image = image,
            Env = ["LICENSE_AGREEMENT=true"],

            // So that what it makes is the user's.
            User = PrivateFolder.User.ToString(CultureInfo.InvariantCulture),
            HostConfig = new() { Binds = binds, AutoRemove = true },
        };
        string id = scope.Engine.Containers.CreateAsync(request).Await().Id;
        return Delegation.Run(scope, new Containers.Start("start"), ["-a", id]);
    }

    private void Prepare(ComposeScope scope, string output)
    {
        try
        {
            if (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any())
            {
                if (!_yes.Value && !Question.IsAgreed(scope, $"Output directory '{_output.Value}' is not empty, all its content will be permanently deleted. Continue? [y/N]"))
                {
                    throw new ExitException(1, $"deletion of output directory '{_output.Value}' was not confirmed");
                }

                Directory.Delete(output, recursive: true);
            }

            Directory.CreateDirectory(output);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExitException(1, $"output directory '{_output.Value}': {e.Message}");
        }
    }
}
