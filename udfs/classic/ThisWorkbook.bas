Option Explicit

'Made by xlpbr.

Private Sub Workbook_Open()
    xlpbr_excel.DescribeFunctions
End Sub

Private Sub Workbook_SheetSelectionChange(ByVal Sh As Object, ByVal Target As Range)
    xlpbr_excel.ShowReason Target
End Sub

Private Sub Workbook_Deactivate()
    xlpbr_excel.HideReason
End Sub

Public Sub ListErrors()
    xlpbr_excel.ListReasons
End Sub
