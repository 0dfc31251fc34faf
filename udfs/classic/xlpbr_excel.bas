Attribute VB_Name = "xlpbr_excel"
Option Explicit
Option Private Module

'Made by xlpbr. Reads ranges for the functions, gives true errors and keeps their reasons.

Private Const MOST_REASONS As Long = 10000

Private python As Object
Private reasons As Object
Private is_shown As Boolean

Public Function CellsOf(Optional ByRef argument As Variant) As Variant
    'The values of a range; any other argument as it is; Empty for one that was left out.
    If IsMissing(argument) Then
        CellsOf = Empty
        Exit Function
    End If
    If TypeName(argument) = "Range" Then
        CellsOf = ValuesOf(argument)
    Else
        CellsOf = argument
    End If
End Function

Public Function TableOf(Optional ByRef argument As Variant) As Variant
    'As CellsOf, without the empty rows below everything: a whole column has a million.
    Dim area As Range
    Dim used As Range
    Dim height As Long
    If IsMissing(argument) Then
        TableOf = Empty
        Exit Function
    End If
    If TypeName(argument) <> "Range" Then
        TableOf = argument
        Exit Function
    End If
    Set area = argument
    Set used = area.Worksheet.UsedRange
    height = used.Row + used.Rows.Count - area.Row
    If height < 1 Then height = 1
    If height < area.Rows.Count Then Set area = area.Resize(height)
    TableOf = ValuesOf(area)
End Function

Private Function ValuesOf(ByVal area As Range) As Variant
    'Dates as dates; money from Value2, because Value cuts currency cells to four places.
    Dim values As Variant
    Dim whole As Variant
    Dim r As Long
    Dim c As Long
    On Error GoTo without_dates
    values = area.Value
    whole = area.Value2
    If IsArray(values) Then
        For r = LBound(values, 1) To UBound(values, 1)
            For c = LBound(values, 2) To UBound(values, 2)
                If VarType(values(r, c)) = vbCurrency Then values(r, c) = whole(r, c)
            Next c
        Next r
    ElseIf VarType(values) = vbCurrency Then
        values = whole
    End If
    ValuesOf = values
    Exit Function
without_dates:
    'A cell shows a date that is none, such as one before 1900.
    ValuesOf = area.Value2
End Function

Public Function AnswerOf(ByVal function_name As String, ByRef arguments As Variant) As Variant
    'What Python gives. The connection is kept: to make one, xlwings reads all its settings.
    If Not python Is Nothing Then
        On Error GoTo lost
        AnswerOf = python.CallUDF("%python_module", (function_name), (arguments))
        Exit Function
    End If
anew:
    On Error GoTo 0
    Set python = XLPy
    AnswerOf = python.CallUDF("%python_module", (function_name), (arguments))
    Exit Function
lost:
    'Python may have been restarted since.
    Resume anew
End Function

Public Function ResultOf(ByVal function_name As String, ByVal result As Variant) As Variant
    'What Python gave, with a true error for every marked text.
    Dim r As Long
    Dim c As Long
    Select Case DimensionsOf(result)
        Case 0
            result = CellOf(function_name, result, 0, 0)
        Case 1
            For c = LBound(result) To UBound(result)
                result(c) = CellOf(function_name, result(c), 0, c - LBound(result))
            Next c
        Case Else
            For r = LBound(result, 1) To UBound(result, 1)
                For c = LBound(result, 2) To UBound(result, 2)
                    If VarType(result(r, c)) = vbString Then
                        result(r, c) = CellOf(function_name, result(r, c), _
                            r - LBound(result, 1), c - LBound(result, 2))
                    End If
                Next c
            Next r
    End Select
    ResultOf = result
End Function

Private Function DimensionsOf(ByRef result As Variant) As Long
    Dim bound As Long
    Dim found As Long
    If Not IsArray(result) Then Exit Function
    found = 1
    On Error GoTo no_more
    bound = UBound(result, 2)
    found = 2
no_more:
    DimensionsOf = found
End Function

Private Function CellOf(ByVal function_name As String, ByVal cell As Variant, _
        ByVal r As Long, ByVal c As Long) As Variant
    Dim place As Long
    Dim code As String
    CellOf = cell
    If VarType(cell) <> vbString Then Exit Function
    If Left$(cell, 1) <> "#" Then Exit Function
    place = InStr(cell, ChrW$(%reason_follows))
    If place = 0 Then Exit Function
    code = Left$(cell, place - 1)
    CellOf = ErrorOf(code)
    Keep function_name, code, Mid$(cell, place + 1), r, c
End Function

Private Function ErrorOf(ByVal code As String) As Variant
    Select Case code
%errors
        Case Else: ErrorOf = CVErr(%value_error)
    End Select
End Function

Public Function NotReached(ByVal function_name As String, ByVal what As String) As Variant
    'Python could not be reached: #NAME?, as where the functions are not installed at all.
    Set python = Nothing
    NotReached = CVErr(%name_error)
    Keep function_name, "#NAME?", "Python was not reached. The sheet xlwings.conf says what " & _
        "to do. " & ShortOf(what), 0, 0
End Function

Private Function ShortOf(ByVal what As String) As String
    'What went wrong, without the lines of the program that Python lists before it.
    Dim lines As Variant
    Dim at As Long
    lines = Split(Replace(what, vbCr, ""), vbLf)
    ShortOf = Join(lines, " ")
    If InStr(what, "Traceback") = 0 Then Exit Function
    For at = UBound(lines) To LBound(lines) Step -1
        If Trim$(lines(at)) <> "" Then
            ShortOf = Trim$(lines(at))
            Exit Function
        End If
    Next at
End Function

Private Sub Keep(ByVal function_name As String, ByVal code As String, ByVal reason As String, _
        ByVal r As Long, ByVal c As Long)
    'A reason that cannot be kept must not change a result.
    Dim first As Range
    Dim place As String
    On Error GoTo not_kept
    If TypeName(Application.Caller) <> "Range" Then Exit Sub
    Set first = Application.Caller.Cells(1, 1)
    place = first.Address(External:=True)
    If reasons Is Nothing Then Set reasons = CreateObject("Scripting.Dictionary")
    If reasons.Count >= MOST_REASONS Then reasons.RemoveAll
    reasons.Item(place & "|" & r & "|" & c) = _
        Array(first.Offset(r, c).Address(External:=True), function_name, code, reason)
not_kept:
End Sub

Public Function ReasonOf(ByVal cell As Range) As String
    'Why a cell shows an error, where a function of xlpbr gave it.
    Dim first As Range
    Dim anything As Object
    Dim place As String
    If reasons Is Nothing Then Exit Function
    If Not IsError(cell.Value) Then Exit Function
    Set first = cell
    Set anything = cell
    'Each of these fails, and changes nothing, where the cell is not part of such a range.
    On Error Resume Next
    Set first = cell.CurrentArray.Cells(1, 1)
    Set first = anything.SpillParent
    On Error GoTo 0
    place = first.Address(External:=True) & "|" & _
        (cell.Row - first.Row) & "|" & (cell.Column - first.Column)
    If Not reasons.Exists(place) Then place = first.Address(External:=True) & "|0|0"
    If reasons.Exists(place) Then
        ReasonOf = reasons.Item(place)(1) & " " & reasons.Item(place)(2) & " " & _
            reasons.Item(place)(3)
    End If
End Function

Public Sub ShowReason(ByVal target As Range)
    'The reason of the selected cell in the status bar, at the foot of the window.
    Dim reason As String
    On Error GoTo not_shown
    reason = ReasonOf(target.Cells(1, 1))
    If reason <> "" Then
        Application.StatusBar = Left$(reason, 255)
        is_shown = True
    Else
        HideReason
    End If
not_shown:
End Sub

Public Sub HideReason()
    If is_shown Then Application.StatusBar = False
    is_shown = False
End Sub

Public Sub ListReasons()
    'Every error that a cell shows now, with its reason, in a new workbook.
    Dim sheet As Object
    Dim place As Variant
    Dim kept As Variant
    Dim below As Long
    If reasons Is Nothing Then
        MsgBox "No function of xlpbr has given an error since this workbook was opened."
        Exit Sub
    End If
    Set sheet = Workbooks.Add.Worksheets(1)
    sheet.Columns("A:D").NumberFormat = "@"
    sheet.Range("A1:D1").Value = Array("Cell", "Function", "Error", "Reason")
    below = 1
    For Each place In reasons.Keys
        kept = reasons.Item(place)
        If ShowsError(kept(0)) Then
            below = below + 1
            sheet.Cells(below, 1).Value = Replace(kept(0), "'", "")
            sheet.Cells(below, 2).Value = kept(1)
            sheet.Cells(below, 3).Value = kept(2)
            sheet.Cells(below, 4).Value = kept(3)
        End If
    Next place
    sheet.Columns("A:C").AutoFit
    sheet.Columns("D").ColumnWidth = 120
    sheet.Columns("D").WrapText = True
End Sub

Private Function ShowsError(ByVal place As String) As Boolean
    On Error GoTo gone
    ShowsError = IsError(Application.Range(place).Value)
gone:
End Function

Private Sub Describe(ByVal function_name As String, ByVal help As String, _
        ByVal arguments As Variant)
    'Help that cannot be given must not keep a workbook from opening.
    Dim macro As String
    On Error GoTo not_described
    macro = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & function_name
    If UBound(arguments) < LBound(arguments) Then
        Application.MacroOptions Macro:=macro, Description:=help, _
            Category:="%category"
    Else
        Application.MacroOptions Macro:=macro, Description:=help, _
            Category:="%category", ArgumentDescriptions:=arguments
    End If
not_described:
End Sub
