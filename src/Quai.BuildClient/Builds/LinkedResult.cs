using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Llb;

namespace Quai.BuildClient.Builds;

/// <summary>A result of a build that another build on the same builder takes as a named context, without it being exported.</summary>
public sealed class LinkedResult
{
    private const string Configuration = "containerimage.config";

    private readonly Result _result;

    internal LinkedResult(Result result) => _result = result;

    /// <summary>Adds it to what a frontend is told, as the context of a name.</summary>
    internal void AddTo(SolveRequest request, string name)
    {
        if (_result.ResultCase == Result.ResultOneofCase.Refs)
        {
            foreach ((string platform, Ref one) in _result.Refs.Refs)
            {
                Add(request, $"{name}::{platform}", one.Def, _result.Metadata.GetValueOrDefault($"{Configuration}/{platform}")?.ToStringUtf8());
            }

            return;
        }

        Add(request, name, _result.Ref?.Def, _result.Metadata.GetValueOrDefault(Configuration)?.ToStringUtf8());
    }

    private static void Add(SolveRequest request, string name, Definition? graph, string? configuration)
    {
        string input = "input:" + name;
        request.FrontendInputs[name] = graph ?? new Definition();
        request.FrontendOpt["context:" + name] = input;
        if (configuration is not null)
        {
            request.FrontendOpt["input-metadata:" + name] = System.Text.Json.JsonSerializer.Serialize(
                new Dictionary<string, string> { [Configuration] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(configuration)) }, LinkedResultJson.Default.DictionaryStringString);
        }
    }
}
