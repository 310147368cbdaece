using Quai.Compose.Interpolation;
using Quai.Compose.Model;
using Quai.Compose.Printing;

namespace Quai.Compose.Tests;

/// <summary>Does with the library what <c>docker compose config</c> does.</summary>
internal static class ComposeRun
{
    /// <summary>What is printed: a result, or the message of an error.</summary>
    public static string Print(ComposeCase one)
    {
        try
        {
            return Run(one);
        }
        catch (ComposeException e)
        {
            return "ERROR: " + e.Message;
        }
    }

    /// <summary>What a case asks for.</summary>
    public static ComposeRequest RequestOf(ComposeCase one, out string list, out ConfigFormat format)
    {
        list = "";
        format = ConfigFormat.Yaml;
        List<string> files = [], envFiles = [], profiles = [], services = [];
        ComposeRequest request = new() { CurrentDirectory = ComposeCase.ProjectFolder, Environment = one.Environment };
        for (int i = 0; i < one.Arguments.Count; i++)
        {
            switch (one.Arguments[i])
            {
                case "config":
                    break;
                case "-f":
                    files.Add(one.Arguments[++i]);
                    break;
                case "-p":
                    request = request with { ProjectName = one.Arguments[++i] };
                    break;
                case "--project-directory":
                    request = request with { ProjectDirectory = one.Arguments[++i] };
                    break;
                case "--env-file":
                    envFiles.Add(one.Arguments[++i]);
                    break;
                case "--profile":
                    profiles.Add(one.Arguments[++i]);
                    break;
                case "--format":
                    format = one.Arguments[++i] == "json" ? ConfigFormat.Json : ConfigFormat.Yaml;
                    break;
                case "--hash":
                    list = "--hash " + one.Arguments[++i];
                    break;
                case "--no-interpolate":
                    request = request with { Interpolates = false };
                    break;
                case "--no-normalize":
                    request = request with { Normalizes = false };
                    break;
                case "--no-path-resolution":
                    request = request with { ResolvesPaths = false };
                    break;
                case "--no-env-resolution":
                    // Docker's compose has resolved everything before it looks at this flag.
                    break;
                case "--no-consistency":
                    request = request with { ChecksConsistency = false };
                    break;
                case ['-', '-', ..] flag:
                    list = flag;
                    break;
                default:
                    services.Add(one.Arguments[i]);
                    break;
            }
        }

        return request with { Files = files, EnvFiles = envFiles, Profiles = profiles, Services = services };
    }

    private static string Run(ComposeCase one)
    {
        ComposeLoader loader = new(new CaseFiles(one));
        ComposeRequest request = RequestOf(one, out string list, out ConfigFormat format);
        if (list == "--variables")
        {
            return VariableListing.Print(VariableListing.Of(loader.LoadTree(request with { Interpolates = false })));
        }

        if (!request.Interpolates)
        {
            return ConfigPrinter.Print(loader.LoadTree(request), format);
        }

        if (list.StartsWith("--hash", StringComparison.Ordinal))
        {
            string[] names = list["--hash ".Length..].Split(',');
            return string.Join('\n', ConfigPrinter.Hashes(loader.Load(request with { ResolvesEnvironment = false }), names is ["*"] ? [] : names));
        }

        ComposeProject project = loader.Load(request);
        return list switch
        {
            "--services" => string.Join('\n', ConfigPrinter.Services(project)),
            "--volumes" => string.Join('\n', ConfigPrinter.Volumes(project)),
            "--networks" => string.Join('\n', ConfigPrinter.Networks(project)),
            "--models" => string.Join('\n', ConfigPrinter.Models(project)),
            "--profiles" => string.Join('\n', ConfigPrinter.Profiles(project)),
            "--images" => string.Join('\n', ConfigPrinter.Images(project)),
            "--environment" => string.Join('\n', ConfigPrinter.Environment(project)),
            _ => ConfigPrinter.Print(project, format),
        };
    }
}
