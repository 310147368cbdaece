using Quai.Build.Graphs;
using Quai.Build.Solving.Keys;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Reasons;

/// <summary>Of what a step's key was made when it ran: what is compared when it runs again.</summary>
/// <param name="Name">What the step was called, without its place.</param>
/// <param name="Operation">What was done, without its inputs.</param>
/// <param name="Inputs">What each input was.</param>
public sealed record StepReason(string Name, Op Operation, IReadOnlyList<string> Inputs)
{
    /// <summary>The reason of a step as it is now.</summary>
    internal static StepReason Of(Vertex vertex, StepKey key)
    {
        Op operation = vertex.Op.Clone();
        operation.Inputs.Clear();
        operation.Constraints = null;
        return new StepReason(NameOf(vertex.Name), operation, key.Parts);
    }

    /// <summary>What a step is called without its place: another line before it changes that.</summary>
    internal static string NameOf(string name) => name.StartsWith('[') && name.IndexOf("] ", StringComparison.Ordinal) is > 0 and var end ? name[(end + 2)..] : name;

    /// <summary>A step's place, such as <c>stage-1 2/3</c>; empty for none.</summary>
    internal static string PlaceOf(string name) => name.StartsWith('[') && name.IndexOf("] ", StringComparison.Ordinal) is > 0 and var end ? name[1..end] : "";
}
