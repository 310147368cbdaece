namespace Quai.Templates;

/// <summary>A piece of a parsed template; <see cref="object.ToString"/> gives the text that error messages quote.</summary>
internal abstract class Node(int position)
{
    /// <summary>Where the piece starts, in characters from the template's start.</summary>
    public int Position { get; } = position;
}

internal sealed class TextNode(int position, string text) : Node(position)
{
    public string Text { get; } = text;
}

internal sealed class ActionNode(int position, PipeNode pipe) : Node(position)
{
    public PipeNode Pipe { get; } = pipe;

    public override string ToString() => $"{{{{{Pipe}}}}}";
}

internal enum BranchKind
{
    If,
    With,
    Range,
}

internal sealed class BranchNode(int position, BranchKind kind, PipeNode pipe, List<Node> body, List<Node>? otherwise) : Node(position)
{
    public BranchKind Kind { get; } = kind;

    public PipeNode Pipe { get; } = pipe;

    public List<Node> Body { get; } = body;

    public List<Node>? Otherwise { get; } = otherwise;
}

internal sealed class TemplateNode(int position, string name, PipeNode? pipe) : Node(position)
{
    public string Name { get; } = name;

    public PipeNode? Pipe { get; } = pipe;

    public override string ToString() => $"{{{{template {GoText.Quote(Name)}{(Pipe is null ? "" : " " + Pipe)}}}}}";
}

internal sealed class JumpNode(int position, bool isBreak) : Node(position)
{
    public bool IsBreak { get; } = isBreak;
}

internal sealed class PipeNode(int position, List<VariableNode> variables, bool isAssignment, List<CommandNode> commands) : Node(position)
{
    public List<VariableNode> Variables { get; } = variables;

    public bool IsAssignment { get; } = isAssignment;

    public List<CommandNode> Commands { get; } = commands;

    public override string ToString()
    {
        string declaration = Variables.Count == 0 ? "" : string.Join(", ", Variables) + (IsAssignment ? " = " : " := ");
        return declaration + string.Join(" | ", Commands);
    }
}

internal sealed class CommandNode(int position, List<Node> arguments) : Node(position)
{
    public List<Node> Arguments { get; } = arguments;

    public override string ToString() => string.Join(' ', Arguments.Select(a => a is PipeNode ? $"({a})" : a.ToString()));
}

internal sealed class FieldNode(int position, string[] names) : Node(position)
{
    public string[] Names { get; } = names;

    public override string ToString() => "." + string.Join('.', Names);
}

internal sealed class VariableNode(int position, string[] names) : Node(position)
{
    public string[] Names { get; } = names;

    public override string ToString() => string.Join('.', Names);
}

internal sealed class ChainNode(int position, Node node, string[] names) : Node(position)
{
    public Node Node { get; } = node;

    public string[] Names { get; } = names;

    public override string ToString() => (Node is PipeNode ? $"({Node})" : Node.ToString()) + "." + string.Join('.', Names);
}

internal sealed class DotNode(int position) : Node(position)
{
    public override string ToString() => ".";
}

internal sealed class NilNode(int position) : Node(position)
{
    public override string ToString() => "nil";
}

internal sealed class IdentifierNode(int position, string name) : Node(position)
{
    public string Name { get; } = name;

    public override string ToString() => Name;
}

/// <summary>A boolean, number or string written in the template.</summary>
internal sealed class ConstantNode(int position, object value, string text) : Node(position)
{
    public object Value { get; } = value;

    public override string ToString() => text;
}
