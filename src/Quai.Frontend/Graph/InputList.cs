namespace Quai.Frontend.Graph;

/// <summary>The inputs of a step that is being made, each once.</summary>
internal sealed class InputList
{
    private readonly List<Output> _inputs = [];

    /// <summary>They.</summary>
    public IReadOnlyList<Output> All => _inputs;

    /// <summary>The number of an input, which is added if it is not there; -1 for nothing.</summary>
    public int Add(Output? input)
    {
        if (input is null)
        {
            return -1;
        }

        int index = _inputs.IndexOf(input);
        if (index < 0)
        {
            index = _inputs.Count;
            _inputs.Add(input);
        }

        return index;
    }
}
