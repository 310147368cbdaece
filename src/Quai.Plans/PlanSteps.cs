namespace Quai.Plans;

/// <summary>Steps of a plan that is being written, and what each does in words.</summary>
internal sealed class PlanSteps(int expected)
{
    public List<PlanStep> All { get; } = new(expected);

    public List<string> Words { get; } = new(expected);

    /// <summary>Where they are in the block.</summary>
    public int Offset { get; set; }

    public string Describe(int step) => step >= 0 && step < Words.Count ? Words[step] : "unknown step";
}
